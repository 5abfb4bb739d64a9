#include "netclient/hl7/message.h"
#include <QRegularExpression>

namespace diascope::hl7
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Hl7", text); }

/// The nth (from 1) part; empty where there are fewer.
QString part(const QString& text, QChar delimiter, int index)
{
    qsizetype start = 0;
    for (int i = 1; i < index; ++i) {
        start = text.indexOf(delimiter, start);
        if (start < 0)
            return {};
        ++start;
    }
    const qsizetype end = text.indexOf(delimiter, start);
    return text.mid(start, end < 0 ? -1 : end - start);
}

/// `text` with its nth part replaced, empty parts added as needed.
QString withPart(const QString& text, QChar delimiter, int index, const QString& replacement)
{
    QStringList parts = text.split(delimiter);
    while (parts.size() < index)
        parts << QString();
    parts[index - 1] = replacement;
    return parts.join(delimiter);
}

bool isSegmentName(const QString& name)
{
    return name.size() == 3 && std::all_of(name.begin(), name.end(), [](QChar c) {
               return (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9');
           });
}

} // namespace

Segment::Segment(const QString& name, const Delimiters& delimiters) : m_name(name), m_delimiters(delimiters)
{
    if (name == u"MSH") {
        m_fields.push_back(delimiters.field);
        m_fields.push_back(QString(delimiters.component) + delimiters.repetition + delimiters.escape + delimiters.subcomponent);
    }
}

int Segment::fieldCount() const { return int(m_fields.size()); }

QString Segment::raw(int field) const { return field >= 1 && field <= fieldCount() ? m_fields[field - 1] : QString(); }

int Segment::repetitionCount(int field) const
{
    const QString text = raw(field);
    return text.isEmpty() ? 0 : int(text.count(m_delimiters.repetition)) + 1;
}

int Segment::componentCount(int field, int repetition) const
{
    const QString text = part(raw(field), m_delimiters.repetition, repetition);
    return text.isEmpty() ? 0 : int(text.count(m_delimiters.component)) + 1;
}

QString Segment::text(int field, int component, int repetition, int subcomponent) const
{
    if (m_name == u"MSH" && field <= 2)
        return raw(field);
    const QString whole = part(raw(field), m_delimiters.repetition, repetition);
    const QString one = part(whole, m_delimiters.component, component);
    return unescape(part(one, m_delimiters.subcomponent, subcomponent), m_delimiters);
}

Segment& Segment::setRaw(int field, const QString& text)
{
    if (fieldCount() < field)
        m_fields.resize(field);
    m_fields[field - 1] = text;
    return *this;
}

Segment& Segment::set(int field, const QString& text) { return setRaw(field, escape(text, m_delimiters)); }

Segment& Segment::set(int field, int component, const QString& text, int repetition, int subcomponent)
{
    const QString whole = part(raw(field), m_delimiters.repetition, repetition);
    const QString one = withPart(part(whole, m_delimiters.component, component), m_delimiters.subcomponent, subcomponent,
                                 escape(text, m_delimiters));
    return setRaw(field, withPart(raw(field), m_delimiters.repetition, repetition,
                                  withPart(whole, m_delimiters.component, component, one)));
}

Segment& Segment::setComponents(int field, const QStringList& components, int repetition)
{
    QStringList escaped;
    for (const QString& component : components)
        escaped << escape(component, m_delimiters);
    while (!escaped.isEmpty() && escaped.last().isEmpty())
        escaped.removeLast();
    return setRaw(field, withPart(raw(field), m_delimiters.repetition, repetition, escaped.join(m_delimiters.component)));
}

Message Message::create(const QString& type, const QString& controlId, const QDateTime& time, const QString& characterSet)
{
    Message message;
    Segment& header = message.add(QStringLiteral("MSH"));
    header.set(7, timestamp(time));
    header.setRaw(9, type);
    header.set(10, controlId).set(11, QStringLiteral("P")).set(12, QStringLiteral("2.5.1"));
    header.set(18, characterSet);
    return message;
}

Result<Message> Message::parse(const QString& text)
{
    static const QRegularExpression segmentEnd(QStringLiteral("\r\n|\r|\n"));
    const QString body = text.startsWith(QChar(0xFEFF)) ? text.mid(1) : text;
    const qsizetype start = body.indexOf(QRegularExpression(QStringLiteral("\\S")));
    if (start < 0 || body.mid(start, 3) != u"MSH" || body.size() < start + 5)
        return fail(Fault::Damaged, tr("the message does not begin with an MSH segment"));
    Delimiters delimiters;
    delimiters.field = body[start + 3];
    const auto ends = [&](QChar c) { return c == delimiters.field || c == u'\r' || c == u'\n'; };
    const qsizetype encodingEnd = std::find_if(body.begin() + start + 4, body.end(), ends) - body.begin(); // the header may end there
    const QString encoding = body.mid(start + 4, encodingEnd - start - 4);
    QChar* const places[] = {&delimiters.component, &delimiters.repetition, &delimiters.escape, &delimiters.subcomponent};
    for (qsizetype i = 0; i < std::min<qsizetype>(encoding.size(), 4); ++i)
        *places[i] = encoding[i];
    if (delimiters.field.isLetterOrNumber() || delimiters.field.isSpace() || encoding.isEmpty())
        return fail(Fault::Damaged, tr("the message does not name its delimiters (MSH-1 and MSH-2)"));

    constexpr qsizetype mostSegments = 20'000, mostFields = 200'000; // a large result has hundreds, a hostile one as many as bytes
    if (body.count(u'\r') + body.count(u'\n') > 2 * mostSegments || body.count(delimiters.field) > mostFields)
        return fail(Fault::Damaged, tr("the message has more segments or fields than any real one"));

    Message message(delimiters);
    const QStringList lines = body.mid(start).split(segmentEnd);
    for (const QString& line : lines) {
        if (line.trimmed().isEmpty())
            continue;
        QStringList fields = line.split(delimiters.field);
        const QString name = fields.takeFirst().trimmed();
        if (!isSegmentName(name))
            return fail(Fault::Damaged,
                        tr("line %1 of the message does not begin with the name of a segment").arg(message.m_segments.size() + 1));
        Segment segment(QString(), delimiters);
        segment.m_name = name;
        if (name == u"MSH")
            segment.m_fields.push_back(delimiters.field);
        segment.m_fields.insert(segment.m_fields.end(), fields.begin(), fields.end());
        message.m_segments.push_back(std::move(segment));
    }
    return message;
}

Result<Message> Message::headerOf(const QByteArray& bytes)
{
    return parse(QString::fromLatin1(bytes.left(4096)).section(QRegularExpression(QStringLiteral("[\r\n]")), 0, 0, QString::SectionSkipEmpty));
}

Result<Message> Message::fromBytes(const QByteArray& bytes, const QString& assumed)
{
    const auto header = headerOf(bytes);
    if (!header)
        return header;
    QString characterSet = header->characterSet();
    if (characterSet.isEmpty())
        characterSet = assumed.isEmpty() ? QStringLiteral("UNICODE UTF-8") : assumed;
    const auto text = decode(bytes, characterSet);
    if (!text)
        return std::unexpected(text.error());
    return parse(*text);
}

QString Message::toText() const
{
    QString text;
    for (const Segment& segment : m_segments) {
        text += segment.m_name;
        size_t i = segment.m_name == u"MSH" ? 1 : 0;
        size_t last = segment.m_fields.size();
        while (last > i && segment.m_fields[last - 1].isEmpty())
            --last;
        for (; i < last; ++i)
            text += m_delimiters.field + segment.m_fields[i];
        text += u'\r';
    }
    return text;
}

Result<QByteArray> Message::toBytes() const { return encode(toText(), characterSet()); }

const Segment* Message::segment(const QString& name, int occurrence) const
{
    for (const Segment& segment : m_segments)
        if (segment.name() == name && --occurrence == 0)
            return &segment;
    return nullptr;
}

Segment* Message::segment(const QString& name, int occurrence)
{
    return const_cast<Segment*>(std::as_const(*this).segment(name, occurrence));
}

int Message::count(const QString& name) const
{
    return int(std::count_if(m_segments.begin(), m_segments.end(), [&](const Segment& s) { return s.name() == name; }));
}

Segment& Message::add(const QString& name)
{
    m_segments.emplace_back(name, m_delimiters);
    return m_segments.back();
}

QString Message::text(const QString& path) const
{
    static const QRegularExpression form(
        QStringLiteral("^([A-Z][A-Z0-9]{2})(?:\\((\\d+)\\))?-(\\d+)(?:\\((\\d+)\\))?(?:\\.(\\d+))?(?:\\.(\\d+))?$"));
    const auto match = form.match(path);
    const auto number = [&](int group) { return match.captured(group).isEmpty() ? 1 : match.captured(group).toInt(); };
    const Segment* found = match.hasMatch() ? segment(match.captured(1), number(2)) : nullptr;
    return found ? found->text(number(3), number(5), number(4), number(6)) : QString();
}

QString Message::type() const
{
    const Segment* header = segment(QStringLiteral("MSH"));
    if (!header)
        return {};
    const QString event = header->text(9, 2);
    return event.isEmpty() ? header->text(9) : header->text(9) + u'^' + event;
}

QString Message::controlId() const { return text(QStringLiteral("MSH-10")); }
QString Message::characterSet() const { return text(QStringLiteral("MSH-18")); }

QString code(AckCode ack)
{
    switch (ack) {
    case AckCode::Accepted:
        return QStringLiteral("AA");
    case AckCode::Error:
        return QStringLiteral("AE");
    case AckCode::Rejected:
        return QStringLiteral("AR");
    case AckCode::CommitAccepted:
        return QStringLiteral("CA");
    case AckCode::CommitError:
        return QStringLiteral("CE");
    case AckCode::CommitRejected:
        return QStringLiteral("CR");
    }
    return {};
}

Message acknowledge(const Message& received, AckCode ack, const QString& text)
{
    const QString trigger = received.text(QStringLiteral("MSH-9.2"));
    const QString type = trigger.isEmpty() ? QStringLiteral("ACK") : QStringLiteral("ACK^%1^ACK").arg(escape(trigger));
    const QString controlId = received.controlId();
    Message answer = Message::create(type, controlId, QDateTime::currentDateTime(), received.characterSet());
    Segment& header = *answer.segment(QStringLiteral("MSH"));
    const auto copy = [&](int to, int from) {
        if (const Segment* theirs = received.segment(QStringLiteral("MSH")))
            for (int i = 1; i <= std::max(1, theirs->componentCount(from)); ++i)
                header.set(to, i, theirs->text(from, i));
    };
    copy(3, 5);
    copy(4, 6);
    copy(5, 3);
    copy(6, 4);
    if (const QString version = received.text(QStringLiteral("MSH-12")); !version.isEmpty())
        header.set(12, version);
    if (const QString processing = received.text(QStringLiteral("MSH-11")); !processing.isEmpty())
        header.set(11, processing);
    Segment& acknowledgement = answer.add(QStringLiteral("MSA"));
    acknowledgement.set(1, code(ack)).set(2, controlId);
    if (!text.isEmpty())
        acknowledgement.set(3, text);
    return answer;
}

QString timestamp(const QDateTime& time)
{
    if (!time.isValid())
        return {};
    const int offset = time.offsetFromUtc() / 60;
    return time.toString(QStringLiteral("yyyyMMddHHmmss")) +
           QStringLiteral("%1%2%3")
               .arg(QLatin1Char(offset < 0 ? '-' : '+'))
               .arg(std::abs(offset) / 60, 2, 10, QLatin1Char('0'))
               .arg(std::abs(offset) % 60, 2, 10, QLatin1Char('0'));
}

} // namespace diascope::hl7
