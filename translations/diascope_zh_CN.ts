<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
    <context>
        <name>Diascope</name>
        <message>
            <source>
RIS: %1 %2</source>
            <translation>
RIS：%1 %2</translation>
        </message>
        <message>
            <source>    is here: %1</source>
            <translation>    本机：%1</translation>
        </message>
        <message>
            <source>    names:   %1</source>
            <translation>    文件：%1</translation>
        </message>
        <message>
            <source>    not shown: %1</source>
            <translation>    未显示：%1</translation>
        </message>
        <message>
            <source>  a part of what it knew could not be read: %1</source>
            <translation>  其中一部分内容无法读取：%1</translation>
        </message>
        <message>
            <source>  what was lost of study %1 may be on the PACS still: diascope get NODE %1</source>
            <translation>  检查 %1 丢失的内容可能仍在 PACS 上：diascope get NODE %1</translation>
        </message>
        <message>
            <source> GiB</source>
            <translation> GiB</translation>
        </message>
        <message>
            <source> min</source>
            <translation> 分钟</translation>
        </message>
        <message>
            <source>"%1" has a value that is not among its choices</source>
            <translation>“%1”的值不在可选项中</translation>
        </message>
        <message>
            <source>"%1" is above %2</source>
            <translation>“%1”大于 %2</translation>
        </message>
        <message>
            <source>"%1" is below %2</source>
            <translation>“%1”小于 %2</translation>
        </message>
        <message>
            <source>"%1" is no UID: digits and dots, no more than 64</source>
            <translation>“%1”不是 UID：只能是数字和点，最多 64 个字符</translation>
        </message>
        <message>
            <source>"%1" is no address of a DICOMweb service (http:// or https://, without user, password or query)</source>
            <translation>“%1”不是 DICOMweb 服务的地址（http:// 或 https://，不含用户名、密码或查询参数）</translation>
        </message>
        <message>
            <source>"%1" is no date</source>
            <translation>“%1”不是日期</translation>
        </message>
        <message>
            <source>"%1" is no host name or address</source>
            <translation>“%1”不是主机名或地址</translation>
        </message>
        <message>
            <source>"%1" is no limit: "07:00-19:00 2000" is, in kbit/s</source>
            <translation>“%1”不是限速；应写成“07:00-19:00 2000”，单位 kbit/s</translation>
        </message>
        <message>
            <source>"%1" is no number</source>
            <translation>“%1”不是数字</translation>
        </message>
        <message>
            <source>"%1" is no time</source>
            <translation>“%1”不是时间</translation>
        </message>
        <message>
            <source>"%1" is not filled in.</source>
            <translation>“%1”未填写。</translation>
        </message>
        <message>
            <source>"%1" lies on an image of another patient.</source>
            <translation>“%1”位于另一位患者的图像上。</translation>
        </message>
        <message>
            <source>"%1" lies on another study than it names.</source>
            <translation>“%1”所在的检查与其所注明的不一致。</translation>
        </message>
        <message>
            <source>"%1" must be filled in.</source>
            <translation>“%1”必须填写。</translation>
        </message>
        <message>
            <source>%1  %2  %3  %4 instances, %5 stacks</source>
            <translation>%1  %2  %3  %4 个实例，%5 个堆栈</translation>
        </message>
        <message>
            <source>%1 (%2 files are imported, the rest is not)</source>
            <translation>%1（已导入 %2 个文件，其余未导入）</translation>
        </message>
        <message>
            <source>%1 (%2); diascope rebuild makes a new database from the images</source>
            <translation>%1（%2）；可用 diascope rebuild 从影像重新建立数据库</translation>
        </message>
        <message>
            <source>%1 (element %2,%3 at byte %4)</source>
            <translation>%1（元素 %2,%3，位于第 %4 字节）</translation>
        </message>
        <message>
            <source>%1 answers</source>
            <translation>%1 有应答</translation>
        </message>
        <message>
            <source>%1 answers, and so does its DICOMweb service.</source>
            <translation>%1 有应答，其 DICOMweb 服务也有应答。</translation>
        </message>
        <message>
            <source>%1 answers, its DICOMweb service does not: %2</source>
            <translation>%1 有应答，其 DICOMweb 服务没有：%2</translation>
        </message>
        <message>
            <source>%1 answers.</source>
            <translation>%1 有应答。</translation>
        </message>
        <message>
            <source>%1 bits a sample in %2 cannot be decoded</source>
            <translation>无法解码 %2 中每样本 %1 位的像素</translation>
        </message>
        <message>
            <source>%1 cannot be decompressed here</source>
            <translation>本机无法解压缩 %1</translation>
        </message>
        <message>
            <source>%1 cannot be kept as %2</source>
            <translation>无法将 %1 保留为 %2</translation>
        </message>
        <message>
            <source>%1 cannot be made</source>
            <translation>无法创建 %1</translation>
        </message>
        <message>
            <source>%1 cannot be reached: %2</source>
            <translation>无法连接 %1：%2</translation>
        </message>
        <message>
            <source>%1 cannot be read</source>
            <translation>无法读取 %1</translation>
        </message>
        <message>
            <source>%1 cannot be read back</source>
            <translation>%1 写入后无法读回</translation>
        </message>
        <message>
            <source>%1 cannot be removed: %2</source>
            <translation>不能移除 %1：%2</translation>
        </message>
        <message>
            <source>%1 cannot be replaced: %2</source>
            <translation>无法替换 %1：%2</translation>
        </message>
        <message>
            <source>%1 cannot be rewritten as %2</source>
            <translation>%1 无法改写为 %2</translation>
        </message>
        <message>
            <source>%1 cannot be written</source>
            <translation>无法写入 %1</translation>
        </message>
        <message>
            <source>%1 cannot be written: %2</source>
            <translation>无法写入 %1：%2</translation>
        </message>
        <message>
            <source>%1 cm</source>
            <translation>%1 cm</translation>
        </message>
        <message>
            <source>%1 d</source>
            <comment>age in days</comment>
            <translation>%1 天</translation>
        </message>
        <message>
            <source>%1 did not come in: %2</source>
            <translation>%1 未能导入：%2</translation>
        </message>
        <message>
            <source>%1 did not come in: %2: %3</source>
            <translation>%1 个未能导入：%2：%3</translation>
        </message>
        <message>
            <source>%1 does not answer</source>
            <translation>%1 无应答</translation>
        </message>
        <message>
            <source>%1 does not start: %2</source>
            <translation>%1 无法启动：%2</translation>
        </message>
        <message>
            <source>%1 frames are too large to be written uncompressed</source>
            <translation>%1 帧过大，无法以未压缩形式写出</translation>
        </message>
        <message>
            <source>%1 frames of %2 × %3 pixels are too large to be written uncompressed</source>
            <translation>%1 帧 %2 × %3 像素的图像过大，无法以未压缩形式写出</translation>
        </message>
        <message>
            <source>%1 h %2 min</source>
            <translation>%1 小时 %2 分</translation>
        </message>
        <message>
            <source>%1 has it as another patient's</source>
            <translation>%1 将其归于另一位患者</translation>
        </message>
        <message>
            <source>%1 has no DICOMweb address (diascope node add … --dicomweb URL)</source>
            <translation>%1 没有 DICOMweb 地址（diascope node add … --dicomweb URL）</translation>
        </message>
        <message>
            <source>%1 has no DICOMweb address, so it makes no small pictures</source>
            <translation>%1 没有 DICOMweb 地址，因此不能提供小图</translation>
        </message>
        <message>
            <source>%1 has no directory records</source>
            <translation>%1 不含目录记录</translation>
        </message>
        <message>
            <source>%1 has no such series</source>
            <translation>%1 没有这个序列</translation>
        </message>
        <message>
            <source>%1 has no such study</source>
            <translation>%1 上没有该检查</translation>
        </message>
        <message>
            <source>%1 holds no certificate in PEM form</source>
            <translation>%1 中没有 PEM 形式的证书</translation>
        </message>
        <message>
            <source>%1 holds no private key without a passphrase</source>
            <translation>%1 中没有不带口令的私钥</translation>
        </message>
        <message>
            <source>%1 image(s) could not be read</source>
            <translation>%1 幅图像无法读取</translation>
        </message>
        <message>
            <source>%1 images</source>
            <translation>%1 幅图像</translation>
        </message>
        <message>
            <source>%1 images are indexed again, and %2 rows of reports, annotations and settings of transfers are taken over. The damaged database lies at %3.</source>
            <translation>已重新索引 %1 幅影像，并保留了报告、标注和传输任务中的 %2 行内容。已损坏的数据库存放于 %3。</translation>
        </message>
        <message>
            <source>%1 images, read back and compared</source>
            <translation>%1 幅图像，已读回并比对</translation>
        </message>
        <message>
            <source>%1 imported, %2 here before, %3 not readable, %4 skipped</source>
            <translation>已导入 %1，原已存在 %2，无法读取 %3，已跳过 %4</translation>
        </message>
        <message>
            <source>%1 is no address (setting %2)</source>
            <translation>%1 不是地址（设置 %2）</translation>
        </message>
        <message>
            <source>%1 is no database, and there are no images beside it</source>
            <translation>%1 不是数据库，旁边也没有影像</translation>
        </message>
        <message>
            <source>%1 is no date and no range of dates</source>
            <translation>%1 不是日期，也不是日期范围</translation>
        </message>
        <message>
            <source>%1 is no name for a file on a medium</source>
            <translation>%1 不能用作介质上的文件名</translation>
        </message>
        <message>
            <source>%1 is no transfer's number (see diascope transfers)</source>
            <translation>%1 不是传输编号（见 diascope transfers）</translation>
        </message>
        <message>
            <source>%1 is not a plain file</source>
            <translation>%1 不是普通文件</translation>
        </message>
        <message>
            <source>%1 is not as it was written</source>
            <translation>%1 与写入时不一致</translation>
        </message>
        <message>
            <source>%1 is not on the medium</source>
            <translation>%1 不在介质上</translation>
        </message>
        <message>
            <source>%1 is not saved. Save it, or close once more.</source>
            <translation>%1 尚未保存。请保存，或再次关闭以放弃。</translation>
        </message>
        <message>
            <source>%1 is saved without its password: %2</source>
            <translation>%1 已保存，但未保存其密码：%2</translation>
        </message>
        <message>
            <source>%1 is saved.</source>
            <translation>%1 已保存。</translation>
        </message>
        <message>
            <source>%1 is saved; %2 stays as it was.</source>
            <translation>%1 已保存；%2 保持不变。</translation>
        </message>
        <message>
            <source>%1 is saved; the keyring is asked to keep its password…</source>
            <translation>%1 已保存；正在请求密钥环保存其密码…</translation>
        </message>
        <message>
            <source>%1 is the database of another program</source>
            <translation>%1 是其他程序的数据库</translation>
        </message>
        <message>
            <source>%1 is there already</source>
            <translation>%1 已存在</translation>
        </message>
        <message>
            <source>%1 leads nowhere</source>
            <translation>%1 指向不存在的位置</translation>
        </message>
        <message>
            <source>%1 m</source>
            <comment>age in months</comment>
            <translation>%1 个月</translation>
        </message>
        <message>
            <source>%1 mm</source>
            <translation>%1 mm</translation>
        </message>
        <message>
            <source>%1 ms at most for one letter</source>
            <translation>每个字符最多 %1 毫秒</translation>
        </message>
        <message>
            <source>%1 ms from the start of the process to the first rows</source>
            <translation>从进程启动到首批行 %1 毫秒</translation>
        </message>
        <message>
            <source>%1 not acknowledged: %2</source>
            <translation>%1 未确认：%2</translation>
        </message>
        <message>
            <source>%1 of %2</source>
            <translation>%1/%2</translation>
        </message>
        <message>
            <source>%1 of %2 images are not on the medium; the first: %3</source>
            <translation>%2 幅影像中有 %1 幅不在介质上；第一幅：%3</translation>
        </message>
        <message>
            <source>%1 of %2 instances are missing: %3</source>
            <translation>缺少 %2 个实例中的 %1 个：%3</translation>
        </message>
        <message>
            <source>%1 of its images are, as far as is known, nowhere else. Remove them (y/N)?</source>
            <translation>据所知，其中 %1 幅图像别处没有。要删除吗（y/N）？</translation>
        </message>
        <message>
            <source>%1 offers no way to retrieve</source>
            <translation>%1 不提供任何获取方式</translation>
        </message>
        <message>
            <source>%1 pixels</source>
            <translation>%1 像素</translation>
        </message>
        <message>
            <source>%1 signed versions looked at, %2 problems: %3</source>
            <translation>已检查 %1 个签名版本，发现 %2 个问题：%3</translation>
        </message>
        <message>
            <source>%1 signed versions, all as they were signed; %2 of them under no key</source>
            <translation>%1 个签名版本均与签署时一致；其中 %2 个未受密钥保护</translation>
        </message>
        <message>
            <source>%1 slice(s) missing between slice %2 (image %3) and slice %4 (image %5): %6 mm instead of %7 mm.</source>
            <translation>切片 %2（图像 %3）与切片 %4（图像 %5）之间缺少 %1 个切片：间距为 %6 mm，应为 %7 mm。</translation>
        </message>
        <message>
            <source>%1 stored annotations cannot be read</source>
            <translation>%1 个已保存的标注无法读取</translation>
        </message>
        <message>
            <source>%1 taken in</source>
            <translation>已收入 %1 个</translation>
        </message>
        <message>
            <source>%1 with %2 sample(s) a pixel</source>
            <translation>%1 的每像素样本数为 %2</translation>
        </message>
        <message>
            <source>%1 y</source>
            <comment>age in years</comment>
            <translation>%1 岁</translation>
        </message>
        <message>
            <source>%1 – signed by %2, %3</source>
            <translation>%1 – 由 %2 签署，%3</translation>
        </message>
        <message>
            <source>%1/s</source>
            <comment>bytes a second</comment>
            <translation>%1/秒</translation>
        </message>
        <message>
            <source>%1: %2</source>
            <translation>%1：%2</translation>
        </message>
        <message>
            <source>%1: %2.</source>
            <translation>%1：%2。</translation>
        </message>
        <message>
            <source>%1: a password or token is never sent in the clear: turn encryption (TLS) on for this node</source>
            <translation>%1：密码或令牌绝不以明文发送：请为该节点启用加密（TLS）</translation>
        </message>
        <message>
            <source>%1: acknowledged</source>
            <translation>%1：已确认</translation>
        </message>
        <message>
            <source>%1: cannot be read</source>
            <translation>%1：无法读取</translation>
        </message>
        <message>
            <source>%1: held – %2</source>
            <translation>%1：已搁置 – %2</translation>
        </message>
        <message>
            <source>%1: queued</source>
            <translation>%1：排队中</translation>
        </message>
        <message>
            <source>%1: sent, not acknowledged yet</source>
            <translation>%1：已发送，尚未确认</translation>
        </message>
        <message>
            <source>%1: there is no name or secret to log in with</source>
            <translation>%1：没有可用于登录的用户名或密码</translation>
        </message>
        <message numerus="yes">
            <source>%n file(s)</source>
            <translation>
                <numerusform>%n 个文件</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n file(s) set aside</source>
            <translation>
                <numerusform>%n 个文件已隔离</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n image(s)</source>
            <translation>
                <numerusform>%n 幅图像</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n image(s) cannot be shown</source>
            <translation>
                <numerusform>%n 幅图像无法显示</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n image(s) of it are known nowhere else</source>
            <translation>
                <numerusform>其中 %n 幅图像在别处没有已知副本</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n image(s) or file(s) not shown</source>
            <translation>
                <numerusform>%n 个图像或文件未显示</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n incomplete</source>
            <translation>
                <numerusform>%n 个不完整</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n min</source>
            <translation>
                <numerusform>%n 分</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n new image(s) here: F8 shows them</source>
            <translation>
                <numerusform>新到 %n 幅图像：按 F8 显示</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n on %1</source>
            <translation>
                <numerusform>%1：%n 个</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n on %1, and more</source>
            <translation>
                <numerusform>%1：%n 个，还有更多</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n report(s) not yet acknowledged by the RIS</source>
            <translation>
                <numerusform>%n 份报告尚未得到 RIS 确认</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n s</source>
            <translation>
                <numerusform>%n 秒</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n stud(ies) here</source>
            <translation>
                <numerusform>本机 %n 个检查</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n stud(ies) must stay (%1)</source>
            <translation>
                <numerusform>%n 个检查必须保留（%1）</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n transfer(s) failed</source>
            <translation>
                <numerusform>%n 个传输失败</numerusform>
            </translation>
        </message>
        <message>
            <source>(for now: try again later)</source>
            <translation>（暂时性原因：请稍后重试）</translation>
        </message>
        <message>
            <source>(no name)</source>
            <translation>（无姓名）</translation>
        </message>
        <message>
            <source>(no presentation context accepted)</source>
            <translation>（未接受任何表示上下文）</translation>
        </message>
        <message>
            <source>(there are more: narrow the search)</source>
            <translation>（还有更多：请缩小检索范围）</translation>
        </message>
        <message>
            <source>, </source>
            <translation>、</translation>
        </message>
        <message>
            <source>, %1 min after the injection</source>
            <translation>，注射后 %1 分钟</translation>
        </message>
        <message numerus="yes">
            <source>, %n idle connection(s)</source>
            <translation>
                <numerusform>，%n 个空闲连接</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>, %n turned away, the last: %1</source>
            <translation>
                <numerusform>，已拒绝 %n 个，最近一个：%1</numerusform>
            </translation>
        </message>
        <message>
            <source>, shifted %1 / %2 px</source>
            <translation>，移位 %1 / %2 px</translation>
        </message>
        <message>
            <source>, turned away: %1, the last: %2</source>
            <translation>，已拒绝：%1，最近一个：%2</translation>
        </message>
        <message>
            <source>--%1 has no backslash</source>
            <translation>--%1 不能包含反斜杠</translation>
        </message>
        <message>
            <source>--%1 is %2</source>
            <translation>--%1 可取 %2</translation>
        </message>
        <message>
            <source>--%1 is wanted</source>
            <translation>需要 --%1</translation>
        </message>
        <message>
            <source>--%1 wants %2 points x1,y1,x2,y2…</source>
            <translation>--%1 需要 %2 个点 x1,y1,x2,y2…</translation>
        </message>
        <message>
            <source>--%1 wants a UID: digits and dots</source>
            <translation>--%1 需要一个 UID：数字和点</translation>
        </message>
        <message>
            <source>--%1 wants a number</source>
            <translation>--%1 需要一个数值</translation>
        </message>
        <message>
            <source>--associations wants a number from 1 to 16</source>
            <translation>--associations 需要 1 到 16 的数字</translation>
        </message>
        <message>
            <source>--at wants x,y,z in mm</source>
            <translation>--at 需要 x,y,z，单位 mm</translation>
        </message>
        <message>
            <source>--cancel wants --why, and --why belongs to --cancel</source>
            <translation>--cancel 需要 --why，且 --why 只能与 --cancel 同用</translation>
        </message>
        <message>
            <source>--format and --out are wanted</source>
            <translation>需要 --format 和 --out</translation>
        </message>
        <message>
            <source>--format is text, pdf, hl7 or sr</source>
            <translation>--format 只能是 text、pdf、hl7 或 sr</translation>
        </message>
        <message>
            <source>--headless DIR is wanted</source>
            <translation>需要 --headless DIR</translation>
        </message>
        <message>
            <source>--level is patient, study, series or image</source>
            <translation>--level 为 patient、study、series 或 image</translation>
        </message>
        <message>
            <source>--limit wants a whole number of 1 or more</source>
            <translation>--limit 需要大于等于 1 的整数</translation>
        </message>
        <message>
            <source>--login is none, basic or bearer</source>
            <translation>--login 为 none、basic 或 bearer</translation>
        </message>
        <message>
            <source>--move or --web, not both</source>
            <translation>--move 与 --web 只能选一个</translation>
        </message>
        <message>
            <source>--plane is native, axial, sagittal or coronal</source>
            <translation>--plane 只能是 native、axial、sagittal 或 coronal</translation>
        </message>
        <message>
            <source>--release or --cancel, not both</source>
            <translation>--release 与 --cancel 只能选其一</translation>
        </message>
        <message>
            <source>--retrieve-by is auto, get, move or web</source>
            <translation>--retrieve-by 为 auto、get、move 或 web</translation>
        </message>
        <message>
            <source>--size wants WIDTHxHEIGHT</source>
            <translation>--size 需要 WIDTHxHEIGHT</translation>
        </message>
        <message>
            <source>--study and --out are wanted</source>
            <translation>需要 --study 和 --out</translation>
        </message>
        <message>
            <source>--study is wanted</source>
            <translation>需要 --study</translation>
        </message>
        <message>
            <source>--wait wants seconds</source>
            <translation>--wait 需要秒数</translation>
        </message>
        <message>
            <source>--window wants CENTRE/WIDTH</source>
            <translation>--window 需要 CENTRE/WIDTH</translation>
        </message>
        <message>
            <source>0: any free one</source>
            <translation>0：任意空闲端口</translation>
        </message>
        <message>
            <source>1 for peers that bear no more</source>
            <translation>对方承受不了更多时设为 1</translation>
        </message>
        <message>
            <source>1 to 3600 seconds are possible</source>
            <translation>可设 1 到 3600 秒</translation>
        </message>
        <message>
            <source>3D</source>
            <translation>3D</translation>
        </message>
        <message>
            <source>3D is not offered for colour images</source>
            <translation>彩色图像不提供 3D</translation>
        </message>
        <message>
            <source>3D needs a display (X11), and there is none here</source>
            <translation>3D 需要显示环境（X11），此处没有</translation>
        </message>
        <message>
            <source>3D needs a regular volume: %1</source>
            <translation>3D 需要规则的容积数据：%1</translation>
        </message>
        <message>
            <source>3D · %1 · %2</source>
            <translation>3D · %1 · %2</translation>
        </message>
        <message>
            <source>; if it wants encryption, turn TLS on for this node</source>
            <translation>；如果对方要求加密，请为此节点开启 TLS</translation>
        </message>
        <message>
            <source>&lt;%1&gt; was ignored</source>
            <translation>已忽略 &lt;%1&gt;</translation>
        </message>
        <message>
            <source>A click shows the study beside the current one</source>
            <translation>单击可将该检查与当前检查并排显示</translation>
        </message>
        <message>
            <source>A study of another patient was left out.</source>
            <translation>已略去另一患者的一项检查。</translation>
        </message>
        <message>
            <source>AE title</source>
            <translation>AE 标题</translation>
        </message>
        <message>
            <source>Abdomen</source>
            <translation>腹部</translation>
        </message>
        <message>
            <source>Accession</source>
            <translation>检查号</translation>
        </message>
        <message>
            <source>Accession number</source>
            <translation>检查号</translation>
        </message>
        <message>
            <source>Acknowledged by %1</source>
            <translation>已由 %1 确认</translation>
        </message>
        <message>
            <source>Add rule</source>
            <translation>添加规则</translation>
        </message>
        <message>
            <source>Addendum</source>
            <translation>补充报告</translation>
        </message>
        <message>
            <source>Addendum, not signed</source>
            <translation>补充报告，未签署</translation>
        </message>
        <message>
            <source>All</source>
            <translation>全部</translation>
        </message>
        <message>
            <source>An addendum or a correction is signed final.</source>
            <translation>补充报告或更正报告须作为最终报告签署。</translation>
        </message>
        <message>
            <source>An annotation is not stored: %1</source>
            <translation>有一条标注未能存储：%1</translation>
        </message>
        <message>
            <source>An image is there more than once and shown once.</source>
            <translation>有图像重复出现，只显示一次。</translation>
        </message>
        <message>
            <source>Angiography</source>
            <translation>血管造影</translation>
        </message>
        <message>
            <source>Angle</source>
            <translation>角度</translation>
        </message>
        <message>
            <source>Annotations and report</source>
            <translation>标注与报告</translation>
        </message>
        <message>
            <source>Any day</source>
            <translation>任意日期</translation>
        </message>
        <message>
            <source>Archive at most</source>
            <translation>归档上限</translation>
        </message>
        <message>
            <source>Area %1</source>
            <translation>面积 %1</translation>
        </message>
        <message>
            <source>Arrow</source>
            <translation>箭头</translation>
        </message>
        <message>
            <source>As far as is known, some of it is nowhere else.</source>
            <translation>据已知信息，其中一部分在别处没有副本。</translation>
        </message>
        <message>
            <source>As the system</source>
            <translation>跟随系统</translation>
        </message>
        <message>
            <source>Asking %1…</source>
            <translation>正在查询 %1…</translation>
        </message>
        <message>
            <source>Associations at once</source>
            <translation>同时关联数</translation>
        </message>
        <message>
            <source>At most</source>
            <translation>最多</translation>
        </message>
        <message>
            <source>Automatic</source>
            <translation>自动</translation>
        </message>
        <message>
            <source>Automatic window</source>
            <translation>自动窗</translation>
        </message>
        <message>
            <source>Axial image</source>
            <translation>横断面图像</translation>
        </message>
        <message>
            <source>Axial, sagittal and coronal planes</source>
            <translation>横断面、矢状面和冠状面</translation>
        </message>
        <message>
            <source>Before all others</source>
            <translation>排到最前</translation>
        </message>
        <message>
            <source>Birth date</source>
            <translation>出生日期</translation>
        </message>
        <message>
            <source>Bits Allocated %1 cannot be shown</source>
            <translation>无法显示 Bits Allocated 为 %1 的图像</translation>
        </message>
        <message>
            <source>Bits Allocated %1 is neither 1 nor a multiple of 8</source>
            <translation>Bits Allocated %1 既不是 1，也不是 8 的倍数</translation>
        </message>
        <message>
            <source>Bits Stored %1 contradicts Bits Allocated %2</source>
            <translation>Bits Stored %1 与 Bits Allocated %2 矛盾</translation>
        </message>
        <message>
            <source>Body parts</source>
            <translation>部位</translation>
        </message>
        <message>
            <source>Bone</source>
            <translation>骨</translation>
        </message>
        <message>
            <source>Born</source>
            <translation>出生日期</translation>
        </message>
        <message>
            <source>Brain</source>
            <translation>脑</translation>
        </message>
        <message>
            <source>C %1  W %2</source>
            <translation>窗位 %1  窗宽 %2</translation>
        </message>
        <message>
            <source>CANCELLED</source>
            <translation>已作废</translation>
        </message>
        <message>
            <source>CANCELLED by %1 on %2</source>
            <translation>已由 %1 于 %2 作废</translation>
        </message>
        <message>
            <source>Calibrated by regions</source>
            <translation>按超声区域定标</translation>
        </message>
        <message>
            <source>Came:	%1
Here:	%2</source>
            <translation>送来：	%1
本机：	%2</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Cancelled</source>
            <translation>已取消</translation>
        </message>
        <message>
            <source>Cannot be reached</source>
            <translation>无法连接</translation>
        </message>
        <message>
            <source>Cannot be read</source>
            <translation>无法读取</translation>
        </message>
        <message>
            <source>Caption</source>
            <translation>图注</translation>
        </message>
        <message>
            <source>Certificate of the listener</source>
            <translation>监听证书</translation>
        </message>
        <message>
            <source>Certificates trusted beside the system's</source>
            <translation>除系统外还信任的证书</translation>
        </message>
        <message>
            <source>Character set</source>
            <translation>字符集</translation>
        </message>
        <message>
            <source>Choose a template to report this study.</source>
            <translation>请选择模板为本检查书写报告。</translation>
        </message>
        <message>
            <source>Choose columns</source>
            <translation>选择列</translation>
        </message>
        <message>
            <source>Chosen tool</source>
            <translation>当前工具</translation>
        </message>
        <message>
            <source>Cine</source>
            <translation>电影播放</translation>
        </message>
        <message>
            <source>Cine faster</source>
            <translation>加快播放</translation>
        </message>
        <message>
            <source>Cine slower</source>
            <translation>减慢播放</translation>
        </message>
        <message>
            <source>Clear what is over</source>
            <translation>清除已结束的</translation>
        </message>
        <message>
            <source>Clinical information</source>
            <translation>临床信息</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Close and lose the text</source>
            <translation>关闭并放弃文字</translation>
        </message>
        <message>
            <source>Commitment</source>
            <translation>存储承诺</translation>
        </message>
        <message>
            <source>Communicated to %1</source>
            <translation>已告知 %1</translation>
        </message>
        <message>
            <source>Comparison</source>
            <translation>对比检查</translation>
        </message>
        <message>
            <source>Contact: %1</source>
            <translation>联系方式：%1</translation>
        </message>
        <message>
            <source>Content: %1 instances in %2 series of %3 studies; application profile %4.</source>
            <translation>内容：%3 项检查、%2 个序列中的 %1 个实例；应用规范 %4。</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>继续</translation>
        </message>
        <message>
            <source>Contradiction</source>
            <translation>冲突</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>复制</translation>
        </message>
        <message>
            <source>Corrected</source>
            <translation>已更正</translation>
        </message>
        <message>
            <source>Corrected report, signed by %1 on %2</source>
            <translation>更正报告，由 %1 于 %2 签署</translation>
        </message>
        <message>
            <source>Correction</source>
            <translation>更正报告</translation>
        </message>
        <message>
            <source>Correction, not signed</source>
            <translation>更正报告，未签署</translation>
        </message>
        <message>
            <source>Creator: %1</source>
            <translation>制作者：%1</translation>
        </message>
        <message>
            <source>Critical result</source>
            <translation>危急值</translation>
        </message>
        <message>
            <source>Crosshair</source>
            <translation>十字线</translation>
        </message>
        <message>
            <source>DICOMweb</source>
            <translation>DICOMweb</translation>
        </message>
        <message>
            <source>DICOMweb address</source>
            <translation>DICOMweb 地址</translation>
        </message>
        <message>
            <source>DRAFT</source>
            <translation>草稿</translation>
        </message>
        <message>
            <source>DRAFT, not signed</source>
            <translation>草稿，未签署</translation>
        </message>
        <message>
            <source>Damaged</source>
            <translation>数据损坏</translation>
        </message>
        <message>
            <source>Delete annotation</source>
            <translation>删除标注</translation>
        </message>
        <message>
            <source>Demonstration of a reading from end to end.</source>
            <translation>从头到尾演示一次阅片。</translation>
        </message>
        <message>
            <source>Demonstration patient</source>
            <translation>演示患者</translation>
        </message>
        <message>
            <source>Description</source>
            <translation>描述</translation>
        </message>
        <message>
            <source>Diascope cannot start.

%1</source>
            <translation>Diascope 无法启动。

%1</translation>
        </message>
        <message>
            <source>Disc images (*.iso)</source>
            <translation>光盘映像 (*.iso)</translation>
        </message>
        <message>
            <source>Disclaimer: the data is confidential and meant for the patient and the physicians treating the patient. It comes without warranty. A viewer on this medium is not for diagnosis unless it says so.</source>
            <translation>声明：数据属于保密内容，仅供患者本人及其经治医师使用，不附带任何担保。除非另有说明，本介质上的浏览器不得用于诊断。</translation>
        </message>
        <message>
            <source>Distance</source>
            <translation>距离</translation>
        </message>
        <message>
            <source>Do it no more; also puts away what has failed</source>
            <translation>不再执行；也可清除已失败的任务</translation>
        </message>
        <message>
            <source>Draft</source>
            <translation>草稿</translation>
        </message>
        <message>
            <source>Draft, not signed</source>
            <translation>草稿，未签署</translation>
        </message>
        <message>
            <source>Drag a series here</source>
            <translation>将序列拖到此处</translation>
        </message>
        <message>
            <source>Ellipse</source>
            <translation>椭圆</translation>
        </message>
        <message>
            <source>Encrypted</source>
            <translation>加密</translation>
        </message>
        <message>
            <source>Encrypted (TLS)</source>
            <translation>加密（TLS）</translation>
        </message>
        <message>
            <source>Encrypted (TLS); nothing is ever sent in the clear</source>
            <translation>加密（TLS）；绝不以明文发送任何内容</translation>
        </message>
        <message>
            <source>Every image names another frame of reference; the series is not linked to others by position.</source>
            <translation>每幅图像的参考坐标系都不同，该序列不与其他序列按位置联动。</translation>
        </message>
        <message>
            <source>Everything lies in</source>
            <translation>数据存放位置</translation>
        </message>
        <message>
            <source>Everywhere</source>
            <translation>所有位置</translation>
        </message>
        <message>
            <source>FOR PROCESSING: not for diagnosis</source>
            <translation>FOR PROCESSING（供处理）：不得用于诊断</translation>
        </message>
        <message>
            <source>File</source>
            <translation>文件</translation>
        </message>
        <message>
            <source>Final</source>
            <translation>最终报告</translation>
        </message>
        <message>
            <source>Final report with addendum, signed by %1 on %2</source>
            <translation>最终报告（含补充），由 %1 于 %2 签署</translation>
        </message>
        <message>
            <source>Final report, signed by %1 on %2</source>
            <translation>最终报告，由 %1 于 %2 签署</translation>
        </message>
        <message>
            <source>Findings</source>
            <translation>影像所见</translation>
        </message>
        <message>
            <source>First image</source>
            <translation>第一幅图像</translation>
        </message>
        <message>
            <source>Fit to window</source>
            <translation>适合窗口</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>文件夹</translation>
        </message>
        <message>
            <source>Forget this search</source>
            <translation>删除此检索</translation>
        </message>
        <message>
            <source>From</source>
            <translation>来源</translation>
        </message>
        <message>
            <source>From AE title</source>
            <translation>来自 AE 标题</translation>
        </message>
        <message>
            <source>From, to</source>
            <translation>来源、去向</translation>
        </message>
        <message>
            <source>Give up</source>
            <translation>放弃</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>继续</translation>
        </message>
        <message>
            <source>Go on with what is paused</source>
            <translation>继续已暂停的任务</translation>
        </message>
        <message>
            <source>High Bit %1 contradicts Bits Stored %2 and Bits Allocated %3</source>
            <translation>High Bit %1 与 Bits Stored %2 和 Bits Allocated %3 矛盾</translation>
        </message>
        <message>
            <source>Host</source>
            <translation>主机</translation>
        </message>
        <message>
            <source>ID</source>
            <translation>患者 ID</translation>
        </message>
        <message>
            <source>ID %1</source>
            <translation>ID %1</translation>
        </message>
        <message>
            <source>Image</source>
            <translation>图像</translation>
        </message>
        <message>
            <source>Image %1</source>
            <translation>图像 %1</translation>
        </message>
        <message>
            <source>Image %1/%2</source>
            <translation>图像 %1/%2</translation>
        </message>
        <message>
            <source>Image %1: %2</source>
            <translation>图像 %1：%2</translation>
        </message>
        <message>
            <source>Images</source>
            <translation>图像数</translation>
        </message>
        <message>
            <source>Import</source>
            <translation>导入</translation>
        </message>
        <message>
            <source>Import files</source>
            <translation>导入文件</translation>
        </message>
        <message>
            <source>Import files…</source>
            <translation>导入文件…</translation>
        </message>
        <message>
            <source>Import folder or disc</source>
            <translation>导入文件夹或光盘</translation>
        </message>
        <message>
            <source>Import folder or disc…</source>
            <translation>导入文件夹或光盘…</translation>
        </message>
        <message>
            <source>Imported studies may go too: their files are kept elsewhere</source>
            <translation>导入的检查也可清除：其文件保存在别处</translation>
        </message>
        <message>
            <source>Impression</source>
            <translation>诊断意见</translation>
        </message>
        <message>
            <source>In which our queries are written; empty: ASCII only</source>
            <translation>本机查询所用的字符集；留空则只用 ASCII</translation>
        </message>
        <message>
            <source>Incomplete: %1 of %2 images are here, as %3 counts them</source>
            <translation>不完整：本机有 %1 幅，共 %2 幅（按 %3 的计数）</translation>
        </message>
        <message>
            <source>Incomplete: more images of this series are to come.</source>
            <translation>不完整：该序列还有图像未到。</translation>
        </message>
        <message>
            <source>Institution: %1</source>
            <translation>机构：%1</translation>
        </message>
        <message>
            <source>Internal error</source>
            <translation>内部错误</translation>
        </message>
        <message>
            <source>Invert</source>
            <translation>反色</translation>
        </message>
        <message>
            <source>Inverted</source>
            <translation>已反色</translation>
        </message>
        <message>
            <source>Issuer of ID</source>
            <translation>ID 签发者</translation>
        </message>
        <message>
            <source>It is the same patient</source>
            <translation>是同一位患者</translation>
        </message>
        <message>
            <source>Its colour profile cannot be used: the colours are as stored</source>
            <translation>颜色配置文件无法使用：按存储的颜色显示</translation>
        </message>
        <message>
            <source>Its key</source>
            <translation>其私钥</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>保留</translation>
        </message>
        <message>
            <source>Keep (%1)</source>
            <translation>保留（%1）</translation>
        </message>
        <message>
            <source>Keep on this workstation</source>
            <translation>保留在本工作站</translation>
        </message>
        <message>
            <source>Kept in the system's keyring, never in a file of ours</source>
            <translation>保存在系统密钥环中，绝不写入本程序的文件</translation>
        </message>
        <message>
            <source>Key</source>
            <translation>按键</translation>
        </message>
        <message>
            <source>Key image into the report</source>
            <translation>关键图像插入报告</translation>
        </message>
        <message>
            <source>Key images</source>
            <translation>关键图像</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>快捷键</translation>
        </message>
        <message>
            <source>Keys and mouse</source>
            <translation>快捷键与鼠标</translation>
        </message>
        <message>
            <source>Kind</source>
            <translation>类型</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>语言</translation>
        </message>
        <message>
            <source>Last image</source>
            <translation>最后一幅图像</translation>
        </message>
        <message>
            <source>Layout</source>
            <translation>布局</translation>
        </message>
        <message>
            <source>Layout %1×%2</source>
            <translation>布局 %1×%2</translation>
        </message>
        <message>
            <source>Length</source>
            <translation>长度</translation>
        </message>
        <message>
            <source>Limits in the background</source>
            <translation>后台限速</translation>
        </message>
        <message>
            <source>Link scrolling</source>
            <translation>联动滚动</translation>
        </message>
        <message numerus="yes">
            <source>Listening on port %1: %n association(s)</source>
            <translation>
                <numerusform>正在监听端口 %1：%n 个关联</numerusform>
            </translation>
        </message>
        <message>
            <source>Liver</source>
            <translation>肝脏</translation>
        </message>
        <message>
            <source>Loaded %1 of %2</source>
            <translation>已加载 %1/%2</translation>
        </message>
        <message>
            <source>Loading…</source>
            <translation>正在加载…</translation>
        </message>
        <message>
            <source>Login</source>
            <translation>登录</translation>
        </message>
        <message>
            <source>Look for priors every</source>
            <translation>查找既往检查的间隔</translation>
        </message>
        <message>
            <source>Lossy compression</source>
            <translation>有损压缩</translation>
        </message>
        <message>
            <source>Lossy compression: %1</source>
            <translation>有损压缩：%1</translation>
        </message>
        <message>
            <source>Lung</source>
            <translation>肺</translation>
        </message>
        <message>
            <source>Lungs</source>
            <translation>肺</translation>
        </message>
        <message>
            <source>MIP</source>
            <translation>MIP</translation>
        </message>
        <message>
            <source>MR</source>
            <translation>MR</translation>
        </message>
        <message>
            <source>MR spectroscopy</source>
            <translation>磁共振波谱</translation>
        </message>
        <message>
            <source>Make a new database</source>
            <translation>重新建立数据库</translation>
        </message>
        <message>
            <source>Mask down</source>
            <translation>蒙片下移</translation>
        </message>
        <message>
            <source>Mask to the left</source>
            <translation>蒙片左移</translation>
        </message>
        <message>
            <source>Mask to the right</source>
            <translation>蒙片右移</translation>
        </message>
        <message>
            <source>Mask up</source>
            <translation>蒙片上移</translation>
        </message>
        <message>
            <source>Max %1</source>
            <translation>最大 %1</translation>
        </message>
        <message>
            <source>Maximum intensity</source>
            <translation>最大密度投影</translation>
        </message>
        <message>
            <source>Mean</source>
            <translation>平均</translation>
        </message>
        <message>
            <source>Mean %1</source>
            <translation>平均 %1</translation>
        </message>
        <message>
            <source>Measurement</source>
            <translation>测量</translation>
        </message>
        <message>
            <source>Measurement %1</source>
            <translation>测量 %1</translation>
        </message>
        <message>
            <source>Measurement into the report</source>
            <translation>测量插入报告</translation>
        </message>
        <message>
            <source>Measurements</source>
            <translation>测量</translation>
        </message>
        <message>
            <source>Mediastinum</source>
            <translation>纵隔</translation>
        </message>
        <message>
            <source>Medical images</source>
            <translation>医学图像</translation>
        </message>
        <message>
            <source>Min %1</source>
            <translation>最小 %1</translation>
        </message>
        <message>
            <source>MinIP</source>
            <translation>MinIP</translation>
        </message>
        <message>
            <source>Mirror left and right</source>
            <translation>左右镜像</translation>
        </message>
        <message>
            <source>Mirror top and bottom</source>
            <translation>上下镜像</translation>
        </message>
        <message>
            <source>Modality</source>
            <translation>设备类型</translation>
        </message>
        <message>
            <source>Month</source>
            <translation>近一月</translation>
        </message>
        <message>
            <source>Mouse</source>
            <translation>鼠标</translation>
        </message>
        <message>
            <source>Moving</source>
            <translation>浏览</translation>
        </message>
        <message>
            <source>NOT FOR DIAGNOSIS</source>
            <translation>不可用于诊断</translation>
        </message>
        <message>
            <source>Name</source>
            <comment>of a peer</comment>
            <translation>名称</translation>
        </message>
        <message>
            <source>Name of the search</source>
            <translation>检索名称</translation>
        </message>
        <message>
            <source>Name, ID, accession number or date (2026-01-31, 20260101-20260131)</source>
            <translation>姓名、患者 ID、检查号或日期（2026-01-31、20260101-20260131）</translation>
        </message>
        <message>
            <source>Network and archive</source>
            <translation>网络与归档</translation>
        </message>
        <message>
            <source>Never goes to make room for others</source>
            <translation>绝不为腾出空间而被清除</translation>
        </message>
        <message>
            <source>New</source>
            <translation>新建</translation>
        </message>
        <message>
            <source>New report</source>
            <translation>新建报告</translation>
        </message>
        <message>
            <source>New study</source>
            <translation>新检查</translation>
        </message>
        <message>
            <source>Next image</source>
            <translation>下一幅图像</translation>
        </message>
        <message>
            <source>Next phase (time, echo, b-value …), same slice</source>
            <translation>下一期相（时间、回波、b 值等），同一层面</translation>
        </message>
        <message>
            <source>Next series</source>
            <translation>下一序列</translation>
        </message>
        <message>
            <source>No PACS is set up. Fill in the fields and save.</source>
            <translation>尚未设置 PACS。请填写各字段并保存。</translation>
        </message>
        <message>
            <source>No answer in time</source>
            <translation>未及时应答</translation>
        </message>
        <message>
            <source>No midline shift. The skull is intact. Measurements as listed.</source>
            <translation>中线结构无移位。颅骨完整。测量值见列表。</translation>
        </message>
        <message>
            <source>No orders can be received: %1</source>
            <translation>无法接收申请单：%1</translation>
        </message>
        <message>
            <source>No reconstruction: %1</source>
            <translation>无法重建：%1</translation>
        </message>
        <message>
            <source>No report on this workstation</source>
            <translation>本工作站没有报告</translation>
        </message>
        <message>
            <source>No report yet</source>
            <translation>尚无报告</translation>
        </message>
        <message>
            <source>No studies here yet. Choose a PACS at the left and search it, import files, or drop them here.</source>
            <translation>这里还没有检查。请在左侧选择一个 PACS 并检索，或导入文件，或将文件拖到此处。</translation>
        </message>
        <message>
            <source>No study fits. Try fewer words, another day or another place.</source>
            <translation>没有符合的检查。请减少检索词，或换一个日期或位置。</translation>
        </message>
        <message>
            <source>No study is open</source>
            <translation>未打开任何检查</translation>
        </message>
        <message>
            <source>Nobody can send to this workstation now; C-MOVE opens the port for its own time.</source>
            <translation>目前无人可向本工作站发送；C-MOVE 期间会临时打开端口。</translation>
        </message>
        <message>
            <source>Nobody can send to this workstation: %1</source>
            <translation>其他设备无法向本工作站发送：%1</translation>
        </message>
        <message>
            <source>Normal demonstration study; not a medical statement.</source>
            <translation>正常的演示检查，不构成医学结论。</translation>
        </message>
        <message>
            <source>Not a DICOM file</source>
            <translation>不是 DICOM 文件</translation>
        </message>
        <message>
            <source>Not calibrated: lengths in pixels</source>
            <translation>未校准：长度以像素为单位</translation>
        </message>
        <message>
            <source>Not found</source>
            <translation>未找到</translation>
        </message>
        <message>
            <source>Not permitted</source>
            <translation>不允许</translation>
        </message>
        <message>
            <source>Not saved yet</source>
            <translation>尚未保存</translation>
        </message>
        <message>
            <source>Not shown</source>
            <translation>未显示</translation>
        </message>
        <message>
            <source>Not signed: the text went on. Sign again.</source>
            <translation>未签署：文字已继续修改，请重新签署。</translation>
        </message>
        <message>
            <source>Not subtracted</source>
            <translation>未减影</translation>
        </message>
        <message>
            <source>Not supported</source>
            <translation>不支持</translation>
        </message>
        <message>
            <source>Not valid</source>
            <translation>无效</translation>
        </message>
        <message>
            <source>Nothing is being transferred.</source>
            <translation>当前没有传输任务。</translation>
        </message>
        <message>
            <source>Nothing to insert, or the report is signed.</source>
            <translation>没有可插入的内容，或报告已签署。</translation>
        </message>
        <message>
            <source>NumPy file to write</source>
            <translation>要写入的 NumPy 文件</translation>
        </message>
        <message>
            <source>Number of Frames is no sensible number</source>
            <translation>帧数（Number of Frames）不合理</translation>
        </message>
        <message>
            <source>Of these tables a part could not be read: %1.</source>
            <translation>以下数据表有部分内容无法读取：%1。</translation>
        </message>
        <message>
            <source>One image pixel per screen pixel</source>
            <translation>一个图像像素对应一个屏幕像素</translation>
        </message>
        <message>
            <source>One viewport large, and back</source>
            <translation>放大单个视口/还原</translation>
        </message>
        <message>
            <source>Only peers certified by</source>
            <translation>只接受由其签发证书的对方</translation>
        </message>
        <message>
            <source>Only studies that are here can be sent; retrieve them first.</source>
            <translation>只能发送本机已有的检查；请先获取。</translation>
        </message>
        <message>
            <source>Open a study to report it.</source>
            <translation>请打开一项检查以书写报告。</translation>
        </message>
        <message>
            <source>Opening…</source>
            <translation>正在打开…</translation>
        </message>
        <message>
            <source>Other studies</source>
            <translation>其他检查</translation>
        </message>
        <message>
            <source>Other studies of this patient on this workstation: Enter reads</source>
            <translation>本工作站上该患者的其他检查：按 Enter 阅片</translation>
        </message>
        <message>
            <source>Our AE title</source>
            <translation>本机 AE 标题</translation>
        </message>
        <message>
            <source>Our certificate</source>
            <translation>本机证书</translation>
        </message>
        <message>
            <source>Our certificate, where the peer asks for one</source>
            <translation>本机证书（对方要求时）</translation>
        </message>
        <message>
            <source>Our port for C-MOVE and the listener</source>
            <translation>本机端口（用于 C-MOVE 和监听）</translation>
        </message>
        <message>
            <source>Overlay %1: %2</source>
            <translation>叠加层 %1：%2</translation>
        </message>
        <message>
            <source>Overlay planes of the file</source>
            <translation>文件的叠加层</translation>
        </message>
        <message>
            <source>Overlay: %1</source>
            <translation>叠加层：%1</translation>
        </message>
        <message>
            <source>PACS</source>
            <translation>PACS</translation>
        </message>
        <message>
            <source>PACS: %1 instances sent and confirmed</source>
            <translation>PACS：%1 个实例已发送并确认</translation>
        </message>
        <message>
            <source>PACS: %1; the files are imported instead</source>
            <translation>PACS：%1；改为导入文件</translation>
        </message>
        <message>
            <source>PEM files (*.pem *.crt *.cer *.key);;All files (*)</source>
            <translation>PEM 文件 (*.pem *.crt *.cer *.key);;所有文件 (*)</translation>
        </message>
        <message>
            <source>PNG file to write</source>
            <translation>要写入的 PNG 文件</translation>
        </message>
        <message>
            <source>Page %1 of %2</source>
            <translation>第 %1 页，共 %2 页</translation>
        </message>
        <message>
            <source>Pan</source>
            <translation>平移</translation>
        </message>
        <message>
            <source>Part %1 of %2 of this image is missing.</source>
            <translation>该图像缺少第 %1 部分（共 %2 部分）。</translation>
        </message>
        <message>
            <source>Password or token</source>
            <translation>密码或令牌</translation>
        </message>
        <message>
            <source>Password to sign</source>
            <translation>签署密码</translation>
        </message>
        <message>
            <source>Patient</source>
            <translation>患者</translation>
        </message>
        <message>
            <source>Patient ID</source>
            <translation>患者 ID</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>暂停</translation>
        </message>
        <message>
            <source>Phase %1/%2</source>
            <translation>期相 %1/%2</translation>
        </message>
        <message>
            <source>Photometric Interpretation “%1” cannot be shown</source>
            <translation>无法显示光度解释（Photometric Interpretation）为“%1”的图像</translation>
        </message>
        <message>
            <source>Polygon</source>
            <translation>多边形</translation>
        </message>
        <message>
            <source>Port</source>
            <translation>端口</translation>
        </message>
        <message>
            <source>Port for orders (HL7)</source>
            <translation>接收申请单的端口（HL7）</translation>
        </message>
        <message>
            <source>Position %1 mm</source>
            <translation>位置 %1 mm</translation>
        </message>
        <message>
            <source>Positions are repeated unevenly in this series; it is shown as separate stacks.</source>
            <translation>该序列中各位置的重复次数不一致，按独立的堆栈显示。</translation>
        </message>
        <message>
            <source>Preliminary</source>
            <translation>初步报告</translation>
        </message>
        <message>
            <source>Preliminary report, signed by %1 on %2</source>
            <translation>初步报告，由 %1 于 %2 签署</translation>
        </message>
        <message>
            <source>Presets</source>
            <translation>预设</translation>
        </message>
        <message>
            <source>Preview made by the server, not for diagnosis. The images are on their way.</source>
            <translation>服务器生成的预览图，不可用于诊断。图像正在传输。</translation>
        </message>
        <message>
            <source>Previous image</source>
            <translation>上一幅图像</translation>
        </message>
        <message>
            <source>Previous phase (time, echo, b-value …), same slice</source>
            <translation>上一期相（时间、回波、b 值等），同一层面</translation>
        </message>
        <message>
            <source>Previous series</source>
            <translation>上一序列</translation>
        </message>
        <message>
            <source>Priors</source>
            <translation>既往检查</translation>
        </message>
        <message>
            <source>Priors and routes</source>
            <translation>既往检查与转发</translation>
        </message>
        <message>
            <source>Priors that are fetched for today's worklist and arrivals. The first rule that fits counts; an empty field fits everything. Without rules: three of the same modality within five years.</source>
            <translation>为今日工作列表和新到检查预取的既往检查。以第一条符合的规则为准；空字段表示任意。无规则时：五年内同类型的三个检查。</translation>
        </message>
        <message>
            <source>Put first</source>
            <translation>优先</translation>
        </message>
        <message>
            <source>QUALITY CONTROL IMAGE: not for diagnosis</source>
            <translation>质量控制图像：不可用于诊断</translation>
        </message>
        <message>
            <source>Quality control and patient image</source>
            <translation>质量控制及患者图像</translation>
        </message>
        <message>
            <source>R-R interval</source>
            <translation>R-R 间期</translation>
        </message>
        <message>
            <source>RIS</source>
            <translation>RIS</translation>
        </message>
        <message>
            <source>RIS: %1, control id %2 %3</source>
            <translation>RIS：%1，控制 ID %2 %3</translation>
        </message>
        <message>
            <source>RIS: %1; the report stays queued</source>
            <translation>RIS：%1；报告仍在队列中</translation>
        </message>
        <message>
            <source>Radiology report</source>
            <translation>放射诊断报告</translation>
        </message>
        <message>
            <source>Rate</source>
            <translation>速率</translation>
        </message>
        <message>
            <source>Read</source>
            <translation>阅片</translation>
        </message>
        <message>
            <source>Read (Enter)</source>
            <translation>阅片（Enter）</translation>
        </message>
        <message>
            <source>Reading</source>
            <translation>阅片</translation>
        </message>
        <message>
            <source>Real character set</source>
            <translation>实际字符集</translation>
        </message>
        <message>
            <source>Receive what peers send, as long as the program runs</source>
            <translation>程序运行期间接收对方发送的内容</translation>
        </message>
        <message>
            <source>Reconstruction %1 mm</source>
            <translation>重建 %1 mm</translation>
        </message>
        <message>
            <source>Rectangle</source>
            <translation>矩形</translation>
        </message>
        <message>
            <source>Redo</source>
            <translation>重做</translation>
        </message>
        <message>
            <source>Reference lines</source>
            <translation>定位线</translation>
        </message>
        <message>
            <source>Referring</source>
            <translation>申请医师</translation>
        </message>
        <message>
            <source>Referring physician</source>
            <translation>申请医师</translation>
        </message>
        <message>
            <source>Refused</source>
            <translation>被拒绝</translation>
        </message>
        <message>
            <source>Remaining</source>
            <translation>剩余</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>移除</translation>
        </message>
        <message numerus="yes">
            <source>Remove %1 (%2), %3 with %n image(s) from this workstation?</source>
            <translation>
                <numerusform>从本工作站移除 %1（%2）、%3（%n 幅图像）？</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Remove %1 studies with %n image(s) from this workstation: %2?</source>
            <translation>
                <numerusform>从本工作站移除 %1 个检查（%n 幅图像）：%2？</numerusform>
            </translation>
        </message>
        <message>
            <source>Remove from the report</source>
            <translation>从报告中移除</translation>
        </message>
        <message>
            <source>Remove rule</source>
            <translation>移除规则</translation>
        </message>
        <message>
            <source>Remove this peer and its password? What is queued for it fails.</source>
            <translation>移除该节点及其密码？其排队中的任务将失败。</translation>
        </message>
        <message>
            <source>Remove…</source>
            <translation>移除…</translation>
        </message>
        <message>
            <source>Report</source>
            <translation>报告</translation>
        </message>
        <message>
            <source>Report %1, version %2: %3</source>
            <translation>报告 %1，版本 %2：%3</translation>
        </message>
        <message>
            <source>Report %1: %2</source>
            <translation>报告 %1：%2</translation>
        </message>
        <message>
            <source>Report %1: version %2 does not follow the one before it</source>
            <translation>报告 %1：版本 %2 与前一版本不衔接</translation>
        </message>
        <message>
            <source>Report %1: version %2 holds another report</source>
            <translation>报告 %1：版本 %2 的内容属于另一份报告</translation>
        </message>
        <message>
            <source>Report %1: what was queued for the %2 as %3 is not among its signed versions</source>
            <translation>报告 %1：以 %3 排队发往 %2 的内容不在其签名版本之中</translation>
        </message>
        <message>
            <source>Reports on their way</source>
            <translation>发送中的报告</translation>
        </message>
        <message>
            <source>Reset</source>
            <translation>复位</translation>
        </message>
        <message>
            <source>Retrieve</source>
            <translation>获取</translation>
        </message>
        <message>
            <source>Retrieve by</source>
            <translation>获取方式</translation>
        </message>
        <message>
            <source>Rotate</source>
            <translation>旋转</translation>
        </message>
        <message>
            <source>Rotate back</source>
            <translation>反向旋转</translation>
        </message>
        <message>
            <source>Rows and Columns say %1 × %2</source>
            <translation>Rows 和 Columns 的值为 %1 × %2</translation>
        </message>
        <message>
            <source>SD %1</source>
            <translation>标准差 %1</translation>
        </message>
        <message>
            <source>SUV 0–%1</source>
            <translation>SUV 0–%1</translation>
        </message>
        <message>
            <source>SUV: %1</source>
            <translation>SUV：%1</translation>
        </message>
        <message>
            <source>SUVbw %1 – %2</source>
            <translation>SUVbw %1 – %2</translation>
        </message>
        <message>
            <source>SUVbw-max %1</source>
            <translation>SUVbw最大 %1</translation>
        </message>
        <message>
            <source>SUVbw-mean %1</source>
            <translation>SUVbw平均 %1</translation>
        </message>
        <message>
            <source>Same body part</source>
            <translation>相同部位</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>保存</translation>
        </message>
        <message>
            <source>Save search</source>
            <translation>保存检索</translation>
        </message>
        <message>
            <source>Save search…</source>
            <translation>保存检索…</translation>
        </message>
        <message>
            <source>Saved %1</source>
            <translation>已保存 %1</translation>
        </message>
        <message>
            <source>Saved.</source>
            <translation>已保存。</translation>
        </message>
        <message>
            <source>Scroll</source>
            <translation>滚动</translation>
        </message>
        <message>
            <source>Search again</source>
            <translation>重新检索</translation>
        </message>
        <message>
            <source>Search field</source>
            <translation>检索框</translation>
        </message>
        <message>
            <source>Search in %1</source>
            <translation>在 %1 中搜索</translation>
        </message>
        <message>
            <source>Searches</source>
            <translation>检索</translation>
        </message>
        <message>
            <source>Searching…</source>
            <translation>正在检索…</translation>
        </message>
        <message>
            <source>Select</source>
            <translation>选择</translation>
        </message>
        <message>
            <source>Send</source>
            <translation>发送</translation>
        </message>
        <message>
            <source>Send again</source>
            <translation>再次发送</translation>
        </message>
        <message>
            <source>Send to a peer (%1, or drag the rows onto its name)</source>
            <translation>发送到节点（%1，或将行拖到其名称上）</translation>
        </message>
        <message>
            <source>Series</source>
            <translation>序列</translation>
        </message>
        <message>
            <source>Series of %1</source>
            <translation>%1 的序列</translation>
        </message>
        <message>
            <source>Set aside at import</source>
            <translation>导入时隔离的文件</translation>
        </message>
        <message>
            <source>Set up a PACS…</source>
            <translation>设置 PACS…</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>设置</translation>
        </message>
        <message>
            <source>Sex</source>
            <translation>性别</translation>
        </message>
        <message>
            <source>Shift and wheel</source>
            <translation>Shift 加滚轮</translation>
        </message>
        <message>
            <source>Show images that have arrived</source>
            <translation>显示新到的图像</translation>
        </message>
        <message>
            <source>Show in the image</source>
            <translation>在图像中显示</translation>
        </message>
        <message>
            <source>Show the image</source>
            <translation>显示该图像</translation>
        </message>
        <message>
            <source>Shutter</source>
            <translation>遮光器</translation>
        </message>
        <message>
            <source>Shutter open</source>
            <translation>遮光器已打开</translation>
        </message>
        <message>
            <source>Sign anyway</source>
            <translation>仍要签署</translation>
        </message>
        <message>
            <source>Sign final</source>
            <translation>签署最终报告</translation>
        </message>
        <message>
            <source>Sign final anyway</source>
            <translation>仍要签署最终报告</translation>
        </message>
        <message>
            <source>Sign preliminary</source>
            <translation>签署初步报告</translation>
        </message>
        <message>
            <source>Signed already by %1: make this an addendum</source>
            <translation>%1 已签署报告：将此稿改为其补充</translation>
        </message>
        <message>
            <source>Signed reports are missing: %1 are registered, %2 are there.</source>
            <translation>缺少已签署的报告：登记 %1 个，现有 %2 个。</translation>
        </message>
        <message>
            <source>Signed reports go to the RIS as HL7 v2.5.1 ORU^R01 over MLLP, and are sent again until it acknowledges them.</source>
            <translation>已签署的报告以 HL7 v2.5.1 ORU^R01 经 MLLP 发送到 RIS，并会重复发送，直到 RIS 确认。</translation>
        </message>
        <message>
            <source>Skin and soft tissue</source>
            <translation>皮肤与软组织</translation>
        </message>
        <message>
            <source>Slab %1 mm %2</source>
            <translation>层块 %1 mm %2</translation>
        </message>
        <message>
            <source>Slow line: a small picture first, images compressed</source>
            <translation>慢速线路：先显示小图，图像压缩传输</translation>
        </message>
        <message>
            <source>Software: %1</source>
            <translation>软件：%1</translation>
        </message>
        <message>
            <source>Spine, soft tissue</source>
            <translation>脊柱软组织</translation>
        </message>
        <message>
            <source>Start a report first: choose a template.</source>
            <translation>请先选择模板，新建报告。</translation>
        </message>
        <message>
            <source>State</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>Stay</source>
            <translation>留下</translation>
        </message>
        <message>
            <source>Stop the search</source>
            <translation>停止检索</translation>
        </message>
        <message>
            <source>Stop until told to go on</source>
            <translation>暂停，直到要求继续</translation>
        </message>
        <message>
            <source>Stored %1</source>
            <translation>图像自带 %1</translation>
        </message>
        <message>
            <source>Stroke</source>
            <translation>卒中</translation>
        </message>
        <message>
            <source>Studies</source>
            <translation>检查列表</translation>
        </message>
        <message>
            <source>Studies (viewing only)</source>
            <translation>检查列表（仅浏览）</translation>
        </message>
        <message>
            <source>Study</source>
            <translation>检查</translation>
        </message>
        <message>
            <source>Study UID</source>
            <translation>检查 UID</translation>
        </message>
        <message>
            <source>Study date</source>
            <translation>检查日期</translation>
        </message>
        <message>
            <source>Subdural</source>
            <translation>硬膜下</translation>
        </message>
        <message>
            <source>Subtracted, mask %1</source>
            <translation>已减影，蒙片 %1</translation>
        </message>
        <message>
            <source>Subtraction</source>
            <translation>减影</translation>
        </message>
        <message>
            <source>TLS for orders wants a certificate and its key (settings %1 and %2)</source>
            <translation>医嘱使用 TLS 需要证书及其密钥（设置 %1 和 %2）</translation>
        </message>
        <message>
            <source>Table %1</source>
            <translation>查找表 %1</translation>
        </message>
        <message>
            <source>Takes in this image and every other of its study that names the same patient, now and later</source>
            <translation>收入此图像，以及该检查中注明同一患者的所有其他图像（包括以后到来的）</translation>
        </message>
        <message>
            <source>Technique</source>
            <translation>检查技术</translation>
        </message>
        <message>
            <source>Temporal bone</source>
            <translation>颞骨</translation>
        </message>
        <message>
            <source>Test</source>
            <translation>测试</translation>
        </message>
        <message>
            <source>Text</source>
            <translation>文字</translation>
        </message>
        <message>
            <source>Text, then Enter</source>
            <translation>输入文字后按 Enter</translation>
        </message>
        <message>
            <source>Texts: full, few, none</source>
            <translation>图像文字：全部、少量、无</translation>
        </message>
        <message>
            <source>The %1 shutter makes no sense and is not applied</source>
            <translation>%1遮光器无意义，未应用</translation>
        </message>
        <message>
            <source>The RIS sends imaging orders here (HL7 over MLLP); the priors of their patients are fetched at once.</source>
            <translation>RIS 将影像申请单发送到此处（HL7，MLLP）；随即获取相应患者的既往检查。</translation>
        </message>
        <message>
            <source>The accession number of %1 and %2 differs.</source>
            <translation>%1与%2的检查号不一致。</translation>
        </message>
        <message>
            <source>The addendum is empty.</source>
            <translation>补充报告为空。</translation>
        </message>
        <message>
            <source>The archive is %1 over its quota: %2</source>
            <translation>归档超出配额 %1：%2</translation>
        </message>
        <message>
            <source>The birth date of %1 and %2 differs.</source>
            <translation>%1与%2的出生日期不一致。</translation>
        </message>
        <message>
            <source>The changes to %1 were not saved.</source>
            <translation>对 %1 的更改未保存。</translation>
        </message>
        <message>
            <source>The colours of the palette are left out of slabs</source>
            <translation>层块中不显示调色板的颜色</translation>
        </message>
        <message>
            <source>The disk is full</source>
            <translation>磁盘已满</translation>
        </message>
        <message>
            <source>The distance between slices varies from %1 to %2 mm.</source>
            <translation>切片间距不一致，从 %1 到 %2 mm。</translation>
        </message>
        <message>
            <source>The draft is not stored: %1</source>
            <translation>草稿未能存储：%1</translation>
        </message>
        <message>
            <source>The draft of another study is not stored: %1</source>
            <translation>另一项检查的报告草稿尚未保存：%1</translation>
        </message>
        <message>
            <source>The end of the register of signed reports was changed.</source>
            <translation>已签署报告登记册的末尾被改动。</translation>
        </message>
        <message>
            <source>The entry goes, and the copy of the file that was kept for it</source>
            <translation>删除此条目以及为其保留的文件副本</translation>
        </message>
        <message>
            <source>The file DICOMDIR in the root names every image; open it with any DICOM viewer.</source>
            <translation>根目录下的 DICOMDIR 文件列出全部图像，可用任何 DICOM 浏览器打开。</translation>
        </message>
        <message>
            <source>The image under "%1" is not in the archive.</source>
            <translation>“%1”所指的图像不在存档中。</translation>
        </message>
        <message>
            <source>The images are indexed again…</source>
            <translation>正在重新索引影像…</translation>
        </message>
        <message>
            <source>The images do not say how they lie in the patient: left and right are not known.</source>
            <translation>图像未说明其在患者体内的方位：左右未知。</translation>
        </message>
        <message>
            <source>The issuer of the patient ID of %1 and %2 differs.</source>
            <translation>%1与%2的患者 ID 签发机构不一致。</translation>
        </message>
        <message>
            <source>The key of our certificate</source>
            <translation>本机证书的私钥</translation>
        </message>
        <message>
            <source>The language changes with the next start.</source>
            <translation>语言将在下次启动时更改。</translation>
        </message>
        <message>
            <source>The message is never sent; what waits behind it goes</source>
            <translation>此消息不再发送；排在其后的将继续发送</translation>
        </message>
        <message>
            <source>The patient ID of %1 and %2 differs.</source>
            <translation>%1与%2的患者 ID 不一致。</translation>
        </message>
        <message>
            <source>The patient name of %1 and %2 differs.</source>
            <translation>%1与%2的患者姓名不一致。</translation>
        </message>
        <message>
            <source>The register of signed reports has lost its end.</source>
            <translation>已签署报告登记册的末尾丢失。</translation>
        </message>
        <message>
            <source>The report is being stored; the window closes as soon as it is.</source>
            <translation>正在保存报告；保存后窗口即关闭。</translation>
        </message>
        <message>
            <source>The report is empty.</source>
            <translation>报告为空。</translation>
        </message>
        <message>
            <source>The report is not stored: %1. The window closes as soon as it is.</source>
            <translation>报告尚未保存：%1。保存后窗口即关闭。</translation>
        </message>
        <message>
            <source>The report is signed already.</source>
            <translation>报告已签署。</translation>
        </message>
        <message>
            <source>The report names no patient.</source>
            <translation>报告中没有患者信息。</translation>
        </message>
        <message>
            <source>The result is critical, and nobody is named who was told.</source>
            <translation>存在危急值，但未填写告知了谁。</translation>
        </message>
        <message>
            <source>The same message once more, after what was wrong has been set right at the receiver</source>
            <translation>接收方的问题解决后，再次发送同一消息</translation>
        </message>
        <message>
            <source>The sex of %1 and %2 differs.</source>
            <translation>%1与%2的性别不一致。</translation>
        </message>
        <message>
            <source>The slices are shifted against one another.</source>
            <translation>切片之间有错位。</translation>
        </message>
        <message>
            <source>The slices are tilted by %1°.</source>
            <translation>层面倾斜 %1°。</translation>
        </message>
        <message>
            <source>The slices are tilted by %1°: MPR follows their true positions.</source>
            <translation>切片倾斜 %1°：MPR 按切片的真实位置重建。</translation>
        </message>
        <message>
            <source>The study of %1 and %2 differs.</source>
            <translation>%1与%2的检查不一致。</translation>
        </message>
        <message>
            <source>The study that was asked for is not on this workstation. Search a PACS for it.</source>
            <translation>所要求的检查不在本工作站上。请在 PACS 中检索。</translation>
        </message>
        <message>
            <source>There is no file in what was opened.</source>
            <translation>所打开的内容中没有文件。</translation>
        </message>
        <message>
            <source>There is no file or folder %1.</source>
            <translation>没有文件或文件夹 %1。</translation>
        </message>
        <message>
            <source>There is no image in this study.</source>
            <translation>该检查中没有图像。</translation>
        </message>
        <message>
            <source>There is nothing to save: type words, or choose a day or a modality.</source>
            <translation>没有可保存的内容：请输入检索词，或选择日期或类型。</translation>
        </message>
        <message>
            <source>These files are shown where they lie. Import them to write a report.</source>
            <translation>这些文件在原位置直接显示。要书写报告，请先导入。</translation>
        </message>
        <message>
            <source>Thickness %1 mm</source>
            <translation>层厚 %1 mm</translation>
        </message>
        <message>
            <source>This image as mask</source>
            <translation>以此图像为蒙片</translation>
        </message>
        <message>
            <source>This is viewing-only mode.</source>
            <translation>当前为仅浏览模式。</translation>
        </message>
        <message>
            <source>This medium holds medical images and documents of a patient in DICOM format.</source>
            <translation>本介质包含一位患者的 DICOM 格式医学图像和文档。</translation>
        </message>
        <message>
            <source>This workstation</source>
            <translation>本工作站</translation>
        </message>
        <message>
            <source>Through the phases of a slice</source>
            <translation>同一层面的各期相</translation>
        </message>
        <message>
            <source>Ticked: shown on the image</source>
            <translation>勾选：显示在图像上</translation>
        </message>
        <message>
            <source>To</source>
            <translation>发往</translation>
        </message>
        <message>
            <source>To (name of a peer)</source>
            <translation>发往（对方名称）</translation>
        </message>
        <message>
            <source>To the report</source>
            <translation>转到报告</translation>
        </message>
        <message>
            <source>Today</source>
            <translation>今天</translation>
        </message>
        <message>
            <source>Tools</source>
            <translation>工具</translation>
        </message>
        <message>
            <source>Transfers</source>
            <translation>传输任务</translation>
        </message>
        <message>
            <source>Transfers (%1)</source>
            <translation>传输（%1）</translation>
        </message>
        <message>
            <source>Transfers at once</source>
            <translation>同时传输数</translation>
        </message>
        <message>
            <source>Trusted certificates</source>
            <translation>信任的证书</translation>
        </message>
        <message>
            <source>Try again later.</source>
            <translation>请稍后再试。</translation>
        </message>
        <message>
            <source>Try again now</source>
            <translation>立即重试</translation>
        </message>
        <message>
            <source>Two different images carry the same identifier; %1 is shown, %2 is not.</source>
            <translation>两幅不同的图像具有相同的标识符；显示 %1，不显示 %2。</translation>
        </message>
        <message>
            <source>Type words or choose a day, then Enter: %1 is asked.</source>
            <translation>输入检索词或选择日期后按回车，即向 %1 查询。</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>撤销</translation>
        </message>
        <message>
            <source>Unit</source>
            <translation>单位</translation>
        </message>
        <message>
            <source>Unlink scrolling</source>
            <translation>解除滚动联动</translation>
        </message>
        <message>
            <source>User</source>
            <translation>用户</translation>
        </message>
        <message>
            <source>VOI LUT</source>
            <translation>VOI LUT</translation>
        </message>
        <message>
            <source>Value</source>
            <translation>值</translation>
        </message>
        <message>
            <source>Version %1, SHA-256 %2</source>
            <translation>版本 %1，SHA-256 %2</translation>
        </message>
        <message>
            <source>Vessels</source>
            <translation>血管</translation>
        </message>
        <message>
            <source>Wait no longer for the next attempt</source>
            <translation>不再等待，立即重试</translation>
        </message>
        <message>
            <source>Week</source>
            <translation>近一周</translation>
        </message>
        <message>
            <source>What</source>
            <translation>操作</translation>
        </message>
        <message>
            <source>What arrives and fits is sent on. All rules that fit count.</source>
            <translation>符合规则的新到内容会被转发。所有符合的规则均有效。</translation>
        </message>
        <message>
            <source>What is not shown, and why</source>
            <translation>未显示的内容及原因</translation>
        </message>
        <message>
            <source>What it really sends, where it declares a wrong one</source>
            <translation>对方声明错误时其实际使用的字符集</translation>
        </message>
        <message>
            <source>When</source>
            <translation>时间</translation>
        </message>
        <message>
            <source>Where</source>
            <translation>位置</translation>
        </message>
        <message>
            <source>Why</source>
            <translation>原因</translation>
        </message>
        <message>
            <source>Why it is not sent</source>
            <translation>不发送的原因</translation>
        </message>
        <message>
            <source>Why, and what waits behind it</source>
            <translation>原因，以及排在其后的内容</translation>
        </message>
        <message>
            <source>Window</source>
            <translation>窗宽/窗位</translation>
        </message>
        <message>
            <source>Window preset %1</source>
            <translation>窗预设 %1</translation>
        </message>
        <message>
            <source>Window presets</source>
            <translation>窗预设</translation>
        </message>
        <message>
            <source>With addendum</source>
            <translation>含补充报告</translation>
        </message>
        <message>
            <source>Without a frame of reference the images are not linked to others by position.</source>
            <translation>没有参考坐标系，图像不与其他序列按位置联动。</translation>
        </message>
        <message>
            <source>Words, day and modality under a name, at the left (%1)</source>
            <translation>将检索词、日期和设备类型以名称保存在左侧（%1）</translation>
        </message>
        <message>
            <source>Worklist from</source>
            <translation>工作列表来源</translation>
        </message>
        <message>
            <source>Write %1</source>
            <translation>写入 %1</translation>
        </message>
        <message>
            <source>Write disc image</source>
            <translation>写入光盘映像</translation>
        </message>
        <message>
            <source>Write disc image…</source>
            <translation>写入光盘映像…</translation>
        </message>
        <message>
            <source>Years</source>
            <translation>年数</translation>
        </message>
        <message>
            <source>Yesterday</source>
            <translation>昨天</translation>
        </message>
        <message>
            <source>Zoom</source>
            <translation>缩放</translation>
        </message>
        <message>
            <source>Zoom %1%</source>
            <translation>缩放 %1%</translation>
        </message>
        <message>
            <source>a 3D preset</source>
            <translation>3D 预设</translation>
        </message>
        <message>
            <source>a DICOMDIR cannot be stored</source>
            <translation>不能存储 DICOMDIR</translation>
        </message>
        <message>
            <source>a certificate of ours and its key go together</source>
            <translation>本机证书及其私钥须同时设置</translation>
        </message>
        <message>
            <source>a colour palette</source>
            <translation>调色板</translation>
        </message>
        <message>
            <source>a commitment came that nobody asked for</source>
            <translation>收到了未曾请求的存储承诺</translation>
        </message>
        <message>
            <source>a content assessment</source>
            <translation>内容评估</translation>
        </message>
        <message>
            <source>a day or a range, YYYYMMDD-YYYYMMDD</source>
            <translation>某一天或日期范围，YYYYMMDD-YYYYMMDD</translation>
        </message>
        <message>
            <source>a deformable registration</source>
            <translation>形变配准</translation>
        </message>
        <message>
            <source>a delivery is given up only with the reason</source>
            <translation>放弃发送必须说明原因</translation>
        </message>
        <message>
            <source>a delivery needs a subject, a target and a control ID</source>
            <translation>投递需要主体、目标和控制 ID</translation>
        </message>
        <message>
            <source>a delivery with the control ID %1 is in the queue already</source>
            <translation>队列中已有控制 ID 为 %1 的投递</translation>
        </message>
        <message>
            <source>a demonstration profile and patient; --headless does one whole reading and leaves what came of it in DIR</source>
            <translation>演示配置文件和演示患者；--headless 会完整执行一次阅片，并将结果留在 DIR 中</translation>
        </message>
        <message>
            <source>a dose report</source>
            <translation>剂量报告</translation>
        </message>
        <message>
            <source>a file could not be deleted, which is tried again at the next start: %1</source>
            <translation>有一个文件无法删除，下次启动时将再次尝试：%1</translation>
        </message>
        <message>
            <source>a file-set ID has at most 16 characters A-Z 0-9 _</source>
            <translation>文件集 ID 最多 16 个字符，限 A-Z 0-9 _</translation>
        </message>
        <message>
            <source>a final report takes only an addendum or a correction</source>
            <translation>最终报告只能添加补充报告或更正报告</translation>
        </message>
        <message>
            <source>a frame of %1 × %2 pixels is too large</source>
            <translation>%1 × %2 像素的帧过大</translation>
        </message>
        <message>
            <source>a haemodynamic waveform</source>
            <translation>血流动力学波形</translation>
        </message>
        <message>
            <source>a hanging protocol</source>
            <translation>挂片协议</translation>
        </message>
        <message>
            <source>a key image of the report is missing or was changed</source>
            <translation>报告的一幅关键图像缺失或已被更改</translation>
        </message>
        <message>
            <source>a key object selection</source>
            <translation>关键对象选择</translation>
        </message>
        <message>
            <source>a link out of the folder is not followed</source>
            <translation>指向文件夹之外的链接不予跟随</translation>
        </message>
        <message>
            <source>a link that leads nowhere</source>
            <translation>指向不存在位置的链接</translation>
        </message>
        <message>
            <source>a link to a folder is not followed</source>
            <translation>不跟随指向文件夹的链接</translation>
        </message>
        <message>
            <source>a map to real world values</source>
            <translation>真实世界值映射</translation>
        </message>
        <message>
            <source>a node needs a name</source>
            <translation>节点需要名称</translation>
        </message>
        <message>
            <source>a node with TLS has an https:// address</source>
            <translation>启用 TLS 的节点须使用 https:// 地址</translation>
        </message>
        <message>
            <source>a node, and either --study or files are wanted</source>
            <translation>需要一个节点，以及 --study 或文件</translation>
        </message>
        <message>
            <source>a number of 0 or more is wanted</source>
            <translation>需要一个不小于 0 的数</translation>
        </message>
        <message>
            <source>a palette with %1 bits a pixel</source>
            <translation>每像素 %1 位的调色板</translation>
        </message>
        <message>
            <source>a password or token is not sent over http without encryption: the address must begin with https</source>
            <translation>密码或令牌不会通过未加密的 http 发送：地址必须以 https 开头</translation>
        </message>
        <message>
            <source>a peer is asked over 1 to %1 associations at once</source>
            <translation>向对方同时使用 1 到 %1 个关联</translation>
        </message>
        <message>
            <source>a pixel fragment has no length</source>
            <translation>像素片段没有长度</translation>
        </message>
        <message>
            <source>a point of the patient, LPS mm</source>
            <translation>患者坐标中的一点，LPS，单位 mm</translation>
        </message>
        <message>
            <source>a port is a number from 1 to 65535</source>
            <translation>端口是 1 到 65535 之间的数字</translation>
        </message>
        <message>
            <source>a port lies between 0 and 65535</source>
            <translation>端口应在 0 到 65535 之间</translation>
        </message>
        <message>
            <source>a port lies between 1 and 65535</source>
            <translation>端口必须在 1 到 65535 之间</translation>
        </message>
        <message>
            <source>a port lies between 1 and 65535, and 0 is none</source>
            <translation>端口号介于 1 和 65535 之间，0 表示不使用</translation>
        </message>
        <message>
            <source>a preliminary report is edited on, it takes no addendum</source>
            <translation>初步报告可继续编辑，不能添加补充报告</translation>
        </message>
        <message>
            <source>a presentation state</source>
            <translation>呈现状态</translation>
        </message>
        <message>
            <source>a procedure log</source>
            <translation>操作日志</translation>
        </message>
        <message>
            <source>a procedure step</source>
            <translation>操作步骤</translation>
        </message>
        <message>
            <source>a protocol</source>
            <translation>扫描方案</translation>
        </message>
        <message>
            <source>a proxy on the way does not reach the server (%1)</source>
            <translation>途中的代理无法连接服务器（%1）</translation>
        </message>
        <message>
            <source>a report and a figure are wanted</source>
            <translation>需要一份报告和一个图形</translation>
        </message>
        <message>
            <source>a report, a section and a text are wanted</source>
            <translation>需要一份报告、一个部分和一段文字</translation>
        </message>
        <message>
            <source>a row of the server's answer is larger or deeper than any real one</source>
            <translation>服务器应答中的一行过大或嵌套过深，不可能是真实数据</translation>
        </message>
        <message>
            <source>a script was ignored</source>
            <translation>已忽略一段脚本</translation>
        </message>
        <message>
            <source>a segmentation</source>
            <translation>分割</translation>
        </message>
        <message>
            <source>a sequence holds something that is no item</source>
            <translation>序列中含有非条目（Item）的内容</translation>
        </message>
        <message>
            <source>a signed report cannot be saved over</source>
            <translation>已签署的报告不能被覆盖保存</translation>
        </message>
        <message>
            <source>a slab has a thickness of 0 or more</source>
            <translation>层块厚度应大于等于 0</translation>
        </message>
        <message>
            <source>a spatial registration</source>
            <translation>空间配准</translation>
        </message>
        <message>
            <source>a stereometric relationship</source>
            <translation>立体测量关系</translation>
        </message>
        <message>
            <source>a stored annotation cannot be read</source>
            <translation>无法读取一条已存储的标注</translation>
        </message>
        <message>
            <source>a structured report</source>
            <translation>结构化报告</translation>
        </message>
        <message>
            <source>a style sheet or other linked resource was ignored</source>
            <translation>已忽略样式表或其他链接资源</translation>
        </message>
        <message>
            <source>a surface scan</source>
            <translation>表面扫描</translation>
        </message>
        <message>
            <source>a surface segmentation</source>
            <translation>表面分割</translation>
        </message>
        <message>
            <source>a token has only letters, digits and signs</source>
            <translation>令牌只能由字母、数字和符号组成</translation>
        </message>
        <message>
            <source>a transfer needs a node, and a study or files</source>
            <translation>传输需要一个节点以及一个检查或若干文件</translation>
        </message>
        <message>
            <source>a user name for HTTP may not have a colon</source>
            <translation>HTTP 的用户名不能含有冒号</translation>
        </message>
        <message>
            <source>a user name is wanted</source>
            <translation>需要用户名</translation>
        </message>
        <message>
            <source>a waveform</source>
            <translation>波形</translation>
        </message>
        <message>
            <source>a whole number is wanted</source>
            <translation>需要整数</translation>
        </message>
        <message>
            <source>a window by its name</source>
            <translation>按名称指定窗预设</translation>
        </message>
        <message>
            <source>accession number</source>
            <translation>检查号</translation>
        </message>
        <message>
            <source>acknowledged by the %1</source>
            <translation>%1 已确认</translation>
        </message>
        <message>
            <source>acquisition</source>
            <translation>采集</translation>
        </message>
        <message>
            <source>acquisition and frame reference time</source>
            <translation>采集时间和帧参考时间</translation>
        </message>
        <message>
            <source>acquisition time</source>
            <translation>采集时间</translation>
        </message>
        <message>
            <source>add, list or remove?</source>
            <translation>add、list 还是 remove？</translation>
        </message>
        <message>
            <source>again in %1</source>
            <translation>%1后重试</translation>
        </message>
        <message>
            <source>all %1 instances are there, but not everything was in order: %2</source>
            <translation>全部 %1 个实例都已到位，但并非一切正常：%2</translation>
        </message>
        <message>
            <source>an AE title has 1 to 16 characters</source>
            <translation>AE 标题为 1 到 16 个字符</translation>
        </message>
        <message>
            <source>an AE title has 1 to 16 characters, none of them a backslash</source>
            <translation>AE 标题为 1 到 16 个字符，且不含反斜杠</translation>
        </message>
        <message>
            <source>an ECG</source>
            <translation>心电图</translation>
        </message>
        <message>
            <source>an RT plan</source>
            <translation>放疗计划</translation>
        </message>
        <message>
            <source>an RT structure set</source>
            <translation>放疗结构集</translation>
        </message>
        <message>
            <source>an RT treatment record</source>
            <translation>放疗治疗记录</translation>
        </message>
        <message>
            <source>an addendum cannot change what was signed before; write a correction</source>
            <translation>补充报告不能更改已签署的内容；请书写更正报告</translation>
        </message>
        <message>
            <source>an audio recording</source>
            <translation>录音</translation>
        </message>
        <message>
            <source>an electrophysiology waveform</source>
            <translation>电生理波形</translation>
        </message>
        <message>
            <source>an empty folder, or a file ending in .iso</source>
            <translation>空文件夹，或以 .iso 结尾的文件</translation>
        </message>
        <message>
            <source>an encapsulated 3D model</source>
            <translation>封装的三维模型</translation>
        </message>
        <message>
            <source>an encapsulated CDA document</source>
            <translation>封装的 CDA 文档</translation>
        </message>
        <message>
            <source>an encapsulated PDF</source>
            <translation>封装的 PDF</translation>
        </message>
        <message>
            <source>an event handler was ignored</source>
            <translation>已忽略一个事件处理程序</translation>
        </message>
        <message>
            <source>an implant template</source>
            <translation>植入物模板</translation>
        </message>
        <message>
            <source>an input of type %1 was ignored</source>
            <translation>已忽略类型为 %1 的输入项</translation>
        </message>
        <message>
            <source>an instance is larger than %1 MiB</source>
            <translation>一个实例大于 %1 MiB</translation>
        </message>
        <message>
            <source>an item is longer than what holds it</source>
            <translation>条目的长度超出其所在的容器</translation>
        </message>
        <message>
            <source>an overlay in the pixels has another size than the image</source>
            <translation>像素内的叠加层与图像大小不同</translation>
        </message>
        <message>
            <source>an unexpected failure</source>
            <translation>意外故障</translation>
        </message>
        <message>
            <source>angular view</source>
            <translation>角度视图</translation>
        </message>
        <message>
            <source>annotations of a microscopy slide</source>
            <translation>显微切片标注</translation>
        </message>
        <message>
            <source>another Diascope has %1 open: close it first</source>
            <translation>另一个 Diascope 正在使用 %1：请先将其关闭</translation>
        </message>
        <message>
            <source>another image has the same identifier: %1 is shown instead</source>
            <translation>另一幅图像具有相同的标识符：改为显示 %1</translation>
        </message>
        <message>
            <source>another process holds the database</source>
            <translation>另一进程占用了数据库</translation>
        </message>
        <message>
            <source>another report of this study was signed by %1 (%2): make this one its addendum</source>
            <translation>此检查的另一份报告已由 %1 签署（%2）：请将此稿改为其补充</translation>
        </message>
        <message>
            <source>ask a peer whether it is there</source>
            <translation>询问对方是否在线</translation>
        </message>
        <message>
            <source>ask nothing</source>
            <translation>不询问</translation>
        </message>
        <message>
            <source>asking %1… (Esc stops)</source>
            <translation>正在查询 %1…（Esc 停止）</translation>
        </message>
        <message>
            <source>asks the node, as every call does</source>
            <translation>查询节点（每次调用都会查询）</translation>
        </message>
        <message>
            <source>at most this many</source>
            <translation>最多返回的数量</translation>
        </message>
        <message>
            <source>at most this many at once; 1 for peers that bear no more</source>
            <translation>同时最多这么多；对方承受不了更多时设为 1</translation>
        </message>
        <message>
            <source>at the detector</source>
            <translation>探测器平面</translation>
        </message>
        <message>
            <source>at the detector, magnified</source>
            <translation>探测器平面，含放大</translation>
        </message>
        <message>
            <source>at the second of three points</source>
            <translation>在三点中的第二点处</translation>
        </message>
        <message>
            <source>auto (the quicker one), get, move or web</source>
            <translation>auto（较快者）、get、move 或 web</translation>
        </message>
        <message>
            <source>b-value</source>
            <translation>b 值</translation>
        </message>
        <message>
            <source>b-value and gradient direction</source>
            <translation>b 值与梯度方向</translation>
        </message>
        <message>
            <source>between two corners</source>
            <translation>在两个角点之间</translation>
        </message>
        <message>
            <source>between two points</source>
            <translation>在两点之间</translation>
        </message>
        <message>
            <source>birth date</source>
            <translation>出生日期</translation>
        </message>
        <message>
            <source>bitmap</source>
            <translation>位图</translation>
        </message>
        <message>
            <source>body surface by Du Bois</source>
            <translation>体表面积（Du Bois）</translation>
        </message>
        <message>
            <source>body weight</source>
            <translation>体重</translation>
        </message>
        <message>
            <source>born %1</source>
            <translation>出生日期 %1</translation>
        </message>
        <message>
            <source>both buttons, or Ctrl and wheel</source>
            <translation>左右键同时拖动，或 Ctrl 加滚轮</translation>
        </message>
        <message>
            <source>by C-MOVE to our listener's port</source>
            <translation>通过 C-MOVE 传到本机监听端口</translation>
        </message>
        <message>
            <source>by DICOMweb</source>
            <translation>通过 DICOMweb</translation>
        </message>
        <message>
            <source>calibrated</source>
            <translation>已校准</translation>
        </message>
        <message>
            <source>calibrated pixel spacing</source>
            <translation>已校准的像素间距</translation>
        </message>
        <message>
            <source>calibration unknown</source>
            <translation>校准来源未知</translation>
        </message>
        <message>
            <source>cancelled</source>
            <translation>已取消</translation>
        </message>
        <message>
            <source>cd (uncompressed), dvd or usb</source>
            <translation>cd（未压缩）、dvd 或 usb</translation>
        </message>
        <message>
            <source>centre and width</source>
            <translation>窗位和窗宽</translation>
        </message>
        <message>
            <source>certificates trusted beside the system's, PEM</source>
            <translation>除系统外还信任的证书，PEM 格式</translation>
        </message>
        <message>
            <source>checked %1, missing %2, changed %3, without row %4, repaired %5</source>
            <translation>已检查 %1，缺失 %2，已更改 %3，无索引记录 %4，已修复 %5</translation>
        </message>
        <message>
            <source>circular</source>
            <translation>圆形</translation>
        </message>
        <message>
            <source>colour with %1 bits a sample cannot be shown</source>
            <translation>无法显示每样本 %1 位的彩色图像</translation>
        </message>
        <message>
            <source>content time</source>
            <translation>内容时间</translation>
        </message>
        <message>
            <source>copy files, folders or media into the archive, or only index them</source>
            <translation>将文件、文件夹或介质复制到归档，或只建立索引</translation>
        </message>
        <message>
            <source>counts from 1</source>
            <translation>从 1 开始计数</translation>
        </message>
        <message>
            <source>counts from 1; the middle where not given</source>
            <translation>从 1 开始计数；未指定时取中间一幅</translation>
        </message>
        <message>
            <source>dcmqrscp (package dcmtk) is not installed</source>
            <translation>未安装 dcmqrscp（软件包 dcmtk）</translation>
        </message>
        <message>
            <source>dcmqrscp does not answer</source>
            <translation>dcmqrscp 无应答</translation>
        </message>
        <message>
            <source>decay corrected to the injection</source>
            <translation>衰变校正至注射时刻</translation>
        </message>
        <message>
            <source>decoding took longer than %1 s</source>
            <translation>解码用时超过 %1 秒</translation>
        </message>
        <message>
            <source>degrees</source>
            <translation>度</translation>
        </message>
        <message>
            <source>deliver signed reports to the RIS; done when all are acknowledged</source>
            <translation>将已签署的报告投递到 RIS；全部得到确认后结束</translation>
        </message>
        <message>
            <source>detector</source>
            <translation>探测器</translation>
        </message>
        <message>
            <source>diascope: %1 is neither a verb nor a file (see diascope --help)</source>
            <translation>diascope：%1 既不是命令也不是文件（见 diascope --help）</translation>
        </message>
        <message>
            <source>diascope: there is no display to open a window on; the verbs work without one (see diascope --help)</source>
            <translation>diascope：没有可用的显示器来打开窗口；各命令无需显示器即可使用（见 diascope --help）</translation>
        </message>
        <message>
            <source>done</source>
            <translation>完成</translation>
        </message>
        <message>
            <source>done only when the peer has committed itself to keep them (storage commitment)</source>
            <translation>仅当对方承诺保存（存储承诺）后才算完成</translation>
        </message>
        <message>
            <source>double click</source>
            <translation>双击</translation>
        </message>
        <message>
            <source>double click, or Enter</source>
            <translation>双击，或按 Enter</translation>
        </message>
        <message>
            <source>drag rows onto the name of a peer</source>
            <translation>将行拖到节点名称上</translation>
        </message>
        <message>
            <source>drop files or folders</source>
            <translation>拖入文件或文件夹</translation>
        </message>
        <message>
            <source>echo time</source>
            <translation>回波时间</translation>
        </message>
        <message>
            <source>encryption cannot be used</source>
            <translation>无法使用加密</translation>
        </message>
        <message>
            <source>energy window</source>
            <translation>能窗</translation>
        </message>
        <message>
            <source>every report: whether all that was signed is there and unchanged</source>
            <translation>所有报告：签署的内容是否都在且未被改动</translation>
        </message>
        <message>
            <source>exactly this ID</source>
            <translation>完全匹配该 ID</translation>
        </message>
        <message>
            <source>exactly this accession number</source>
            <translation>完全匹配该检查号</translation>
        </message>
        <message>
            <source>failed: %1</source>
            <translation>失败：%1</translation>
        </message>
        <message>
            <source>fetch the priors that the rules (setting transfer.prefetch) want for today's worklist and arrivals</source>
            <translation>按规则（设置 transfer.prefetch）为今日工作列表和新到检查获取既往检查</translation>
        </message>
        <message>
            <source>file to write</source>
            <translation>要写入的文件</translation>
        </message>
        <message>
            <source>find: %1 study, "%2"</source>
            <translation>查询：%1 项检查，“%2”</translation>
        </message>
        <message>
            <source>first images small, all of them compressed</source>
            <translation>先取小图，所有图像压缩传输</translation>
        </message>
        <message>
            <source>flip angle</source>
            <translation>翻转角</translation>
        </message>
        <message>
            <source>float pixels with %1 samples a pixel</source>
            <translation>每像素 %1 个样本的浮点像素</translation>
        </message>
        <message>
            <source>for queries, such as "ISO_IR 192" or GB18030</source>
            <translation>用于查询，例如“ISO_IR 192”或 GB18030</translation>
        </message>
        <message>
            <source>frame reference time</source>
            <translation>帧参考时间</translation>
        </message>
        <message>
            <source>frames are counted from 1</source>
            <translation>帧从 1 开始计数</translation>
        </message>
        <message>
            <source>general, ct-head, ct-chest, mr-brain, chest-radiograph, us-abdomen; the fitting one where not given</source>
            <translation>general、ct-head、ct-chest、mr-brain、chest-radiograph、us-abdomen；未指定时自动选用合适的模板</translation>
        </message>
        <message>
            <source>get KEY, or set KEY VALUE</source>
            <translation>get KEY，或 set KEY VALUE</translation>
        </message>
        <message>
            <source>give a delivery up, so that what waits behind it goes</source>
            <translation>放弃一项发送，使排在其后的得以发送</translation>
        </message>
        <message>
            <source>given up by %1: %2</source>
            <translation>由 %1 放弃：%2</translation>
        </message>
        <message>
            <source>given up: the program ended %1 times while it was at this transfer</source>
            <translation>已放弃：程序在执行此传输时终止了 %1 次</translation>
        </message>
        <message>
            <source>gradient direction</source>
            <translation>梯度方向</translation>
        </message>
        <message>
            <source>heart phase</source>
            <translation>心动时相</translation>
        </message>
        <message>
            <source>held</source>
            <translation>被搁置</translation>
        </message>
        <message>
            <source>held by the %1</source>
            <translation>被 %1 搁置</translation>
        </message>
        <message>
            <source>here</source>
            <translation>本机</translation>
        </message>
        <message>
            <source>how long the list of studies takes, from the start of the process or letter by letter</source>
            <translation>检查列表所需时间：从进程启动起，或逐字符计</translation>
        </message>
        <message>
            <source>idle connections: %1, associations: %2</source>
            <translation>空闲连接：%1，关联：%2</translation>
        </message>
        <message>
            <source>image %1 of %2 is not loaded yet</source>
            <translation>第 %1 幅图像（共 %2 幅）尚未加载</translation>
        </message>
        <message>
            <source>image %1: %2</source>
            <translation>第 %1 幅图像：%2</translation>
        </message>
        <message>
            <source>images</source>
            <translation>图像</translation>
        </message>
        <message>
            <source>imported %1, duplicates %2, quarantined %3, skipped %4, in %5 s</source>
            <translation>已导入 %1，重复 %2，已隔离 %3，已跳过 %4，用时 %5 秒</translation>
        </message>
        <message>
            <source>in all %1:1</source>
            <translation>总计 %1:1</translation>
        </message>
        <message>
            <source>in pixels</source>
            <translation>以像素为单位</translation>
        </message>
        <message>
            <source>in the box of two corners</source>
            <translation>由两个角点确定的外框内</translation>
        </message>
        <message>
            <source>in use just now</source>
            <translation>刚刚在使用</translation>
        </message>
        <message>
            <source>incomplete: %1 of %2 images are here</source>
            <translation>不完整：本机有 %2 幅图像中的 %1 幅</translation>
        </message>
        <message>
            <source>indexed again: %1 files; aside: %2</source>
            <translation>已重新索引 %1 个文件；另置 %2 个</translation>
        </message>
        <message>
            <source>inversion time</source>
            <translation>反转时间</translation>
        </message>
        <message>
            <source>issuer of the patient ID</source>
            <translation>患者 ID 的签发者</translation>
        </message>
        <message>
            <source>it accepts none of what we ask for</source>
            <translation>它不接受我们请求的任何内容</translation>
        </message>
        <message>
            <source>it asked for no association in time</source>
            <translation>它未及时请求关联</translation>
        </message>
        <message>
            <source>it belongs to another patient than was asked for</source>
            <translation>它属于另一患者，而非所请求的患者</translation>
        </message>
        <message>
            <source>it belongs to another series than was asked for</source>
            <translation>它属于另一个序列，而不是所请求的序列</translation>
        </message>
        <message>
            <source>it belongs to another study than was asked for</source>
            <translation>它属于另一检查，而非所请求的检查</translation>
        </message>
        <message>
            <source>it broke the protocol</source>
            <translation>它违反了协议</translation>
        </message>
        <message>
            <source>it called for the AE title "%1"</source>
            <translation>它呼叫的 AE 标题为“%1”</translation>
        </message>
        <message>
            <source>it did not ask for an association as DICOM does</source>
            <translation>它没有按 DICOM 的方式请求关联</translation>
        </message>
        <message>
            <source>it does not know itself by this AE title (called AE title not recognised)</source>
            <translation>对方不认可以此 AE 标题称呼它（被叫方 AE 标题未被识别）</translation>
        </message>
        <message>
            <source>it does not know our AE title (calling AE title not recognised)</source>
            <translation>对方不认识本机的 AE 标题（呼叫方 AE 标题未被识别）</translation>
        </message>
        <message>
            <source>it does not speak this version of the protocol</source>
            <translation>对方不支持此协议版本</translation>
        </message>
        <message>
            <source>it gives no reason</source>
            <translation>对方未说明原因</translation>
        </message>
        <message>
            <source>it has no SOP Instance UID or Study Instance UID</source>
            <translation>它没有 SOP Instance UID 或 Study Instance UID</translation>
        </message>
        <message>
            <source>it has no SOP Instance UID or no Study Instance UID</source>
            <translation>没有 SOP Instance UID 或 Study Instance UID</translation>
        </message>
        <message>
            <source>it has no SOP class or instance UID</source>
            <translation>没有 SOP 类 UID 或实例 UID</translation>
        </message>
        <message>
            <source>it has no size</source>
            <translation>没有大小</translation>
        </message>
        <message>
            <source>it has too many connections</source>
            <translation>对方的连接数过多</translation>
        </message>
        <message>
            <source>it has too much to do</source>
            <translation>对方过于繁忙</translation>
        </message>
        <message>
            <source>it is another instance than was announced</source>
            <translation>实例与所通告的不同</translation>
        </message>
        <message>
            <source>it is being retrieved</source>
            <translation>正在获取</translation>
        </message>
        <message>
            <source>it is larger than 2 GiB</source>
            <translation>大于 2 GiB</translation>
        </message>
        <message>
            <source>it is missing</source>
            <translation>文件缺失</translation>
        </message>
        <message>
            <source>it is no file</source>
            <translation>这不是文件</translation>
        </message>
        <message>
            <source>it is no image: %1</source>
            <translation>这不是图像：%1</translation>
        </message>
        <message>
            <source>it is not in the register of what was signed</source>
            <translation>它不在已签署内容的登记册中</translation>
        </message>
        <message>
            <source>it is not sent yet</source>
            <translation>尚未发送</translation>
        </message>
        <message>
            <source>it is not set up any more</source>
            <translation>其设置已不存在</translation>
        </message>
        <message>
            <source>it sent too slowly</source>
            <translation>其发送过慢</translation>
        </message>
        <message>
            <source>it was changed after it was signed</source>
            <translation>签署后被改动</translation>
        </message>
        <message>
            <source>it was idle and made room for another</source>
            <translation>它处于空闲，已为其他连接让位</translation>
        </message>
        <message>
            <source>it was sealed under a key that is not in this keyring</source>
            <translation>其封印所用的密钥不在此密钥环中</translation>
        </message>
        <message>
            <source>it was signed and is missing</source>
            <translation>已签署但现已缺失</translation>
        </message>
        <message>
            <source>it was silent for too long</source>
            <translation>它沉默过久</translation>
        </message>
        <message>
            <source>it was slow and made room for another</source>
            <translation>其速度过慢，已为他人让出位置</translation>
        </message>
        <message>
            <source>it went before it asked for an association</source>
            <translation>它在请求关联之前离开</translation>
        </message>
        <message>
            <source>its AE title</source>
            <translation>对方的 AE 标题</translation>
        </message>
        <message>
            <source>its SOP Instance UID is no UID</source>
            <translation>其 SOP Instance UID 不是 UID</translation>
        </message>
        <message>
            <source>its bytes are gone</source>
            <translation>其数据已不存在</translation>
        </message>
        <message>
            <source>its certificate expired on %1</source>
            <translation>其证书已于 %1 过期</translation>
        </message>
        <message>
            <source>its certificate is for another host</source>
            <translation>其证书属于另一台主机</translation>
        </message>
        <message>
            <source>its certificate is not valid before %1</source>
            <translation>其证书在 %1 之前无效</translation>
        </message>
        <message>
            <source>its certificate is not valid: %1</source>
            <translation>其证书无效：%1</translation>
        </message>
        <message>
            <source>its certificate is signed by itself and not among those trusted</source>
            <translation>其证书为自签名，且不在信任之列</translation>
        </message>
        <message>
            <source>its certificate uses a key or signature that is too weak</source>
            <translation>其证书使用的密钥或签名强度不足</translation>
        </message>
        <message>
            <source>its certificate was issued by an authority that is not trusted</source>
            <translation>其证书由不受信任的机构签发</translation>
        </message>
        <message>
            <source>its data end after %1 of %2 bytes</source>
            <translation>数据在 %2 字节中的第 %1 字节后结束</translation>
        </message>
        <message>
            <source>its mask is not loaded</source>
            <translation>蒙片尚未载入</translation>
        </message>
        <message>
            <source>its name is no text in this system’s encoding (UTF-8), so it cannot be opened</source>
            <translation>其文件名不是本系统编码（UTF-8）的文本，因此无法打开</translation>
        </message>
        <message>
            <source>its report is not signed yet</source>
            <translation>其报告尚未签署</translation>
        </message>
        <message>
            <source>its request for an association was broken</source>
            <translation>其关联请求已损坏</translation>
        </message>
        <message>
            <source>its seal was changed</source>
            <translation>其封印被改动</translation>
        </message>
        <message>
            <source>its seal was not made by this program</source>
            <translation>其封印并非由本程序所作</translation>
        </message>
        <message>
            <source>its study is stored here with another patient (other %1)</source>
            <translation>其检查在此属于另一位患者（%1不同）</translation>
        </message>
        <message>
            <source>its study is stored here, and nothing says that it is of the same patient</source>
            <translation>其检查已在此存储，但没有任何信息表明是同一位患者</translation>
        </message>
        <message>
            <source>its wildcards go to the peer</source>
            <translation>通配符原样发送给对方</translation>
        </message>
        <message>
            <source>kbit/s for priors and routes by the time of day, several separated by semicolons; 0: nothing. What somebody waits for is never slowed.</source>
            <translation>按时段限制既往检查与转发的速率（kbit/s），多个以分号分隔；0 表示不传输。有人等待的传输从不限速。</translation>
        </message>
        <message>
            <source>keep the figure with the study</source>
            <translation>将图形与检查一起保存</translation>
        </message>
        <message>
            <source>key image %1 is no picture</source>
            <translation>关键图像 %1 不是图片</translation>
        </message>
        <message>
            <source>later versions of this report that wait behind it: %1</source>
            <translation>排在其后的此报告后续版本：%1</translation>
        </message>
        <message>
            <source>lean body mass by Janmahasatian</source>
            <translation>瘦体重（Janmahasatian）</translation>
        </message>
        <message>
            <source>left drag</source>
            <translation>左键拖动</translation>
        </message>
        <message>
            <source>line %1 of the message does not begin with the name of a segment</source>
            <translation>消息第 %1 行不以段名开头</translation>
        </message>
        <message>
            <source>list, accept or remove?</source>
            <translation>list、accept 还是 remove？</translation>
        </message>
        <message>
            <source>list, run, pause, resume, cancel, retry or clear?</source>
            <translation>list、run、pause、resume、cancel、retry 还是 clear？</translation>
        </message>
        <message>
            <source>listening as %1 on port %2</source>
            <translation>正在以 %1 监听端口 %2</translation>
        </message>
        <message>
            <source>listening with TLS needs a certificate and its key</source>
            <translation>以 TLS 监听需要证书及其私钥</translation>
        </message>
        <message>
            <source>loaded %1 of %2</source>
            <translation>已加载 %1/%2</translation>
        </message>
        <message>
            <source>make a picture of an image, a reconstruction or a volume</source>
            <translation>由图像、重建或容积数据生成图片</translation>
        </message>
        <message>
            <source>make the index anew from the files</source>
            <translation>根据文件重新建立索引</translation>
        </message>
        <message>
            <source>measure in image pixel coordinates, pixel centres at integers; an ellipse is given by the corners of its box</source>
            <translation>按图像像素坐标测量，像素中心为整数；椭圆由其外框的角点给出</translation>
        </message>
        <message>
            <source>measured: %1</source>
            <translation>已测量：%1</translation>
        </message>
        <message>
            <source>messages of type %1 are not taken here, only orders (ORM^O01, OMI^O23, OMG^O19)</source>
            <translation>此处不接收 %1 类型的消息，只接收申请单（ORM^O01、OMI^O23、OMG^O19）</translation>
        </message>
        <message>
            <source>middle drag</source>
            <translation>中键拖动</translation>
        </message>
        <message>
            <source>mip, minip or mean</source>
            <translation>mip、minip 或 mean</translation>
        </message>
        <message>
            <source>mm at the detector, magnified</source>
            <translation>mm（探测器平面，含放大）</translation>
        </message>
        <message>
            <source>more images are to come</source>
            <translation>还有图像未到</translation>
        </message>
        <message>
            <source>more than %1 slices are missing between slice %2 and slice %3</source>
            <translation>第 %2 层与第 %3 层之间缺少超过 %1 层</translation>
        </message>
        <message>
            <source>name</source>
            <translation>姓名</translation>
        </message>
        <message>
            <source>name or address</source>
            <translation>名称或地址</translation>
        </message>
        <message>
            <source>named in the DICOMDIR, but not on the medium</source>
            <translation>DICOMDIR 中有此文件，但介质上没有</translation>
        </message>
        <message>
            <source>native, axial, sagittal or coronal</source>
            <translation>native、axial、sagittal 或 coronal</translation>
        </message>
        <message>
            <source>no RIS is set up (setting ris.hl7.host)</source>
            <translation>未设置 RIS（设置项 ris.hl7.host）</translation>
        </message>
        <message>
            <source>no SUV by body composition: a patient's height of %1 m</source>
            <translation>无体成分 SUV：患者身高为 %1 m</translation>
        </message>
        <message>
            <source>no SUV by body composition: the patient's height is missing</source>
            <translation>无体成分 SUV：缺少患者身高</translation>
        </message>
        <message>
            <source>no SUV by lean body mass: the patient's sex is missing</source>
            <translation>无瘦体重 SUV：缺少患者性别</translation>
        </message>
        <message>
            <source>no SUV: a patient's weight of %1 kg</source>
            <translation>无 SUV：患者体重为 %1 kg</translation>
        </message>
        <message>
            <source>no SUV: an injected dose of %1 Bq</source>
            <translation>无 SUV：注射剂量为 %1 Bq</translation>
        </message>
        <message>
            <source>no SUV: an injected dose of %1 Bq, perhaps written in MBq</source>
            <translation>无 SUV：注射剂量为 %1 Bq，可能以 MBq 写入</translation>
        </message>
        <message>
            <source>no SUV: how the decay was corrected is not said</source>
            <translation>无 SUV：未说明衰变校正方式</translation>
        </message>
        <message>
            <source>no SUV: not corrected for attenuation</source>
            <translation>无 SUV：未作衰减校正</translation>
        </message>
        <message>
            <source>no SUV: several radiopharmaceuticals</source>
            <translation>无 SUV：有多种放射性药物</translation>
        </message>
        <message>
            <source>no SUV: the file contradicts itself about the correction of decay</source>
            <translation>无 SUV：文件关于衰变校正的说明自相矛盾</translation>
        </message>
        <message>
            <source>no SUV: the half-life is missing</source>
            <translation>无 SUV：缺少半衰期</translation>
        </message>
        <message>
            <source>no SUV: the injected dose is missing</source>
            <translation>无 SUV：缺少注射剂量</translation>
        </message>
        <message>
            <source>no SUV: the injection lies %1 h before the scan, over ten half-lives</source>
            <translation>无 SUV：注射在扫描前 %1 小时，超过十个半衰期</translation>
        </message>
        <message>
            <source>no SUV: the injection lies %1 min after the scan</source>
            <translation>无 SUV：注射在扫描后 %1 分钟</translation>
        </message>
        <message>
            <source>no SUV: the patient's weight is missing</source>
            <translation>无 SUV：缺少患者体重</translation>
        </message>
        <message>
            <source>no SUV: the time of the injection is missing</source>
            <translation>无 SUV：缺少注射时间</translation>
        </message>
        <message>
            <source>no SUV: the time of the scan is missing</source>
            <translation>无 SUV：缺少扫描时间</translation>
        </message>
        <message>
            <source>no SUV: the unit of the values is %1</source>
            <translation>无 SUV：数值单位为 %1</translation>
        </message>
        <message>
            <source>no SUV: the unit of the values is missing</source>
            <translation>无 SUV：缺少数值单位</translation>
        </message>
        <message>
            <source>no SUV: the values are counts</source>
            <translation>无 SUV：数值为计数</translation>
        </message>
        <message>
            <source>no acknowledgement came in time</source>
            <translation>未及时收到确认</translation>
        </message>
        <message>
            <source>no encrypted connection came about (%1)</source>
            <translation>未能建立加密连接（%1）</translation>
        </message>
        <message>
            <source>no encrypted connection: %1</source>
            <translation>无法建立加密连接：%1</translation>
        </message>
        <message>
            <source>no limit</source>
            <translation>不限</translation>
        </message>
        <message>
            <source>no message with this control ID waits for an acknowledgement (MSA-2)</source>
            <translation>没有等待确认的消息具有此控制 ID（MSA-2）</translation>
        </message>
        <message>
            <source>no peer "%1" with this address is set up</source>
            <translation>未设置此地址的对等方“%1”</translation>
        </message>
        <message>
            <source>no picture</source>
            <translation>没有图片</translation>
        </message>
        <message>
            <source>no plain file</source>
            <translation>不是普通文件</translation>
        </message>
        <message>
            <source>no reconstruction: %1</source>
            <translation>无法重建：%1</translation>
        </message>
        <message>
            <source>no rows were shown</source>
            <translation>没有显示任何行</translation>
        </message>
        <message>
            <source>no space is left</source>
            <translation>没有剩余空间</translation>
        </message>
        <message>
            <source>no such SUV: the values are stored as SUV by %1</source>
            <translation>无此 SUV：数值存储为 %1 SUV</translation>
        </message>
        <message>
            <source>no such study in the archive</source>
            <translation>归档中没有该检查</translation>
        </message>
        <message>
            <source>no worklist is set up (setting worklist.node)</source>
            <translation>未设置工作列表（设置 worklist.node）</translation>
        </message>
        <message>
            <source>nobody is named who signs</source>
            <translation>未填写签署人</translation>
        </message>
        <message>
            <source>none</source>
            <translation>无</translation>
        </message>
        <message>
            <source>none, basic or bearer</source>
            <translation>none、basic 或 bearer</translation>
        </message>
        <message>
            <source>none, minimal or full</source>
            <translation>none、minimal 或 full</translation>
        </message>
        <message>
            <source>none: in pixels</source>
            <translation>无校准：以像素为单位</translation>
        </message>
        <message>
            <source>not decay corrected: acquisition time</source>
            <translation>未作衰变校正：采集时间</translation>
        </message>
        <message>
            <source>not given</source>
            <translation>未提供</translation>
        </message>
        <message>
            <source>not possible: %1</source>
            <translation>无法进行：%1</translation>
        </message>
        <message>
            <source>not sent to the %1</source>
            <translation>未发往 %1</translation>
        </message>
        <message>
            <source>the file became shorter while it was sent</source>
            <translation>文件在发送过程中变短了</translation>
        </message>
        <message>
            <source>the file has changed since it was looked at</source>
            <translation>文件在检查之后已被更改</translation>
        </message>
        <message>
            <source>not sent: the association was over</source>
            <translation>未发送：关联已结束</translation>
        </message>
        <message>
            <source>not sent: the transfer had ended</source>
            <translation>未发送：传输已经结束</translation>
        </message>
        <message>
            <source>not within one region</source>
            <translation>不在同一区域内</translation>
        </message>
        <message>
            <source>not within one ultrasound region: in pixels</source>
            <translation>不在同一超声区域内：以像素计</translation>
        </message>
        <message>
            <source>nothing can go</source>
            <translation>没有可清除的内容</translation>
        </message>
        <message>
            <source>nothing was imported</source>
            <translation>未导入任何内容</translation>
        </message>
        <message>
            <source>nothing was imported: %1: %2</source>
            <translation>未导入任何内容：%1：%2</translation>
        </message>
        <message>
            <source>nothing was loaded</source>
            <translation>未加载任何内容</translation>
        </message>
        <message>
            <source>nothing was removed</source>
            <translation>未删除任何内容</translation>
        </message>
        <message>
            <source>of its DICOM service</source>
            <translation>其 DICOM 服务的端口</translation>
        </message>
        <message>
            <source>of our certificate, PEM</source>
            <translation>本机证书的私钥，PEM 格式</translation>
        </message>
        <message>
            <source>of the archive</source>
            <translation>归档中的 UID</translation>
        </message>
        <message>
            <source>of the archive; may be given several times</source>
            <translation>归档中的检查；可多次给出</translation>
        </message>
        <message>
            <source>of the series, counts from 1</source>
            <translation>序列中的堆栈，从 1 开始计数</translation>
        </message>
        <message>
            <source>on its way</source>
            <translation>发送中</translation>
        </message>
        <message>
            <source>one</source>
            <translation>单个设备类型</translation>
        </message>
        <message>
            <source>one figure at a time</source>
            <translation>一次只能有一个图形</translation>
        </message>
        <message>
            <source>one file and --out are wanted</source>
            <translation>需要一个文件和 --out</translation>
        </message>
        <message>
            <source>one file and one figure are wanted</source>
            <translation>需要一个文件和一个图形</translation>
        </message>
        <message>
            <source>one of FILE, --study, --series, and --out are wanted</source>
            <translation>需要 FILE、--study、--series 之一，以及 --out</translation>
        </message>
        <message>
            <source>one or several, separated by commas</source>
            <translation>一个或多个，以逗号分隔</translation>
        </message>
        <message>
            <source>one pixel of the image a pixel of the picture</source>
            <translation>一个图像像素对应一个图片像素</translation>
        </message>
        <message>
            <source>one report or --all is wanted</source>
            <translation>需要一份报告或 --all</translation>
        </message>
        <message>
            <source>only a draft that never was signed becomes an addendum</source>
            <translation>只有从未签署的草稿才能改为补充</translation>
        </message>
        <message>
            <source>only a signed report becomes a DICOM object</source>
            <translation>只有已签署的报告才能生成 DICOM 对象</translation>
        </message>
        <message>
            <source>only a signed report can be cancelled; a draft is discarded</source>
            <translation>只有已签署的报告才能作废；草稿应直接丢弃</translation>
        </message>
        <message>
            <source>only a signed report is sent</source>
            <translation>只能发送已签署的报告</translation>
        </message>
        <message>
            <source>only a whole dataset can be written, in a known transfer syntax</source>
            <translation>只能以已知的传输语法写入完整的数据集</translation>
        </message>
        <message>
            <source>only encrypted; nothing is ever sent in the clear</source>
            <translation>仅加密；绝不以明文发送</translation>
        </message>
        <message>
            <source>only index the files where they lie</source>
            <translation>文件留在原处，只建立索引</translation>
        </message>
        <message>
            <source>only queue it: the workstation, or diascope transfers run, does it</source>
            <translation>只加入队列：由工作站或 diascope transfers run 执行</translation>
        </message>
        <message>
            <source>only this series</source>
            <translation>仅该序列</translation>
        </message>
        <message>
            <source>only what names another patient can be accepted; this is there because: %1</source>
            <translation>只有注明另一位患者的才能接受；此项的原因是：%1</translation>
        </message>
        <message>
            <source>only when told to</source>
            <translation>仅在手动要求时</translation>
        </message>
        <message>
            <source>open</source>
            <translation>已打开</translation>
        </message>
        <message>
            <source>ophthalmic measurements</source>
            <translation>眼科测量</translation>
        </message>
        <message>
            <source>order</source>
            <translation>申请单</translation>
        </message>
        <message>
            <source>orders come in here; 0: any free one</source>
            <translation>在此接收申请单；0：任一空闲端口</translation>
        </message>
        <message>
            <source>our AE title</source>
            <translation>本机 AE 标题</translation>
        </message>
        <message>
            <source>ours, where the peer asks for one, PEM</source>
            <translation>本机证书（对方要求时），PEM 格式</translation>
        </message>
        <message>
            <source>password or token from the first line of the input; it goes to the system's keyring (or set DIASCOPE_SECRET_&lt;NAME&gt;)</source>
            <translation>从输入的第一行读取密码或令牌；存入系统密钥环（或设置 DIASCOPE_SECRET_&lt;NAME&gt;）</translation>
        </message>
        <message>
            <source>patient ID</source>
            <translation>患者 ID</translation>
        </message>
        <message>
            <source>patient, study, series or image</source>
            <translation>patient、study、series 或 image</translation>
        </message>
        <message>
            <source>patient: %1 files made</source>
            <translation>患者：已生成 %1 个文件</translation>
        </message>
        <message>
            <source>paused</source>
            <translation>已暂停</translation>
        </message>
        <message>
            <source>phase</source>
            <translation>时相</translation>
        </message>
        <message>
            <source>pictures: 2d.png, mpr-sagittal.png, mpr-coronal.png, 3d.png</source>
            <translation>图片：2d.png、mpr-sagittal.png、mpr-coronal.png、3d.png</translation>
        </message>
        <message>
            <source>pinned</source>
            <translation>已固定</translation>
        </message>
        <message>
            <source>pixel spacing in the patient</source>
            <translation>患者体内的像素间距</translation>
        </message>
        <message>
            <source>pixel spacing of unknown origin</source>
            <translation>来源不明的像素间距</translation>
        </message>
        <message>
            <source>plane</source>
            <translation>平面</translation>
        </message>
        <message>
            <source>planes through colour images are not offered</source>
            <translation>彩色图像不提供平面重建</translation>
        </message>
        <message>
            <source>polygonal</source>
            <translation>多边形</translation>
        </message>
        <message>
            <source>port %1 cannot be listened on: %2</source>
            <translation>无法监听端口 %1：%2</translation>
        </message>
        <message>
            <source>port %1 is taken by another program</source>
            <translation>端口 %1 已被其他程序占用</translation>
        </message>
        <message>
            <source>port %1 needs rights this program does not have; take one above 1023</source>
            <translation>使用端口 %1 需要本程序没有的权限；请选用大于 1023 的端口</translation>
        </message>
        <message>
            <source>prior</source>
            <translation>既往检查</translation>
        </message>
        <message>
            <source>python3 is not installed</source>
            <translation>未安装 python3</translation>
        </message>
        <message>
            <source>python3-hl7 is not installed</source>
            <translation>未安装 python3-hl7</translation>
        </message>
        <message>
            <source>raw data</source>
            <translation>原始数据</translation>
        </message>
        <message>
            <source>read every file of the archive and compare it with the index</source>
            <translation>读取归档中的每个文件，并与索引比对</translation>
        </message>
        <message>
            <source>receive what peers send and orders by HL7, send on what a route wants and fetch the priors, until interrupted</source>
            <translation>接收对端发送的影像和 HL7 申请单，按路由转发并获取既往检查，直到中断</translation>
        </message>
        <message>
            <source>received %1, here before %2, expected %3</source>
            <translation>已接收 %1，原已存在 %2，预期 %3</translation>
        </message>
        <message>
            <source>rectangular</source>
            <translation>矩形</translation>
        </message>
        <message>
            <source>remove studies from the archive; at a terminal it asks where they are nowhere else</source>
            <translation>从存档中删除检查；在终端上，若别处没有则先询问</translation>
        </message>
        <message>
            <source>repetition</source>
            <translation>重复次序</translation>
        </message>
        <message>
            <source>report</source>
            <translation>报告</translation>
        </message>
        <message>
            <source>report %1</source>
            <translation>报告 %1</translation>
        </message>
        <message>
            <source>report not signed</source>
            <translation>报告未签署</translation>
        </message>
        <message>
            <source>report unsaved</source>
            <translation>报告未保存</translation>
        </message>
        <message>
            <source>report: %1, %2 measurements</source>
            <translation>报告：%1，%2 项测量</translation>
        </message>
        <message>
            <source>retrieve studies into the archive; what is here already is not fetched again</source>
            <translation>将检查获取到归档；已有的内容不再重复获取</translation>
        </message>
        <message>
            <source>retrieve: %1 of %2 instances</source>
            <translation>获取：%1/%2 个实例</translation>
        </message>
        <message>
            <source>retrieving</source>
            <translation>正在获取</translation>
        </message>
        <message>
            <source>retrieving %1 of %2</source>
            <translation>正在获取 %1/%2</translation>
        </message>
        <message>
            <source>retrieving by the web needs the address of the DICOMweb service</source>
            <translation>通过 Web 获取需要 DICOMweb 服务的地址</translation>
        </message>
        <message>
            <source>right click on their titles</source>
            <translation>右键单击列标题</translation>
        </message>
        <message>
            <source>right drag</source>
            <translation>右键拖动</translation>
        </message>
        <message>
            <source>rotation</source>
            <translation>旋转</translation>
        </message>
        <message>
            <source>route</source>
            <translation>转发</translation>
        </message>
        <message>
            <source>rule %1 is not of the form {…}</source>
            <translation>规则 %1 不是 {…} 的形式</translation>
        </message>
        <message>
            <source>rule %1: "%2" has no such value</source>
            <translation>规则 %1：“%2”没有这样的值</translation>
        </message>
        <message>
            <source>rule %1: "%2" is not known</source>
            <translation>规则 %1：“%2”未知</translation>
        </message>
        <message>
            <source>running</source>
            <translation>进行中</translation>
        </message>
        <message>
            <source>running (attempt %1)</source>
            <translation>进行中（第 %1 次尝试）</translation>
        </message>
        <message>
            <source>search a peer</source>
            <translation>在对方查询</translation>
        </message>
        <message>
            <source>search the archive</source>
            <translation>在归档中查询</translation>
        </message>
        <message>
            <source>segment</source>
            <translation>分割段</translation>
        </message>
        <message>
            <source>send again what the RIS refused, after the cause is set right: the number of the delivery, or its report</source>
            <translation>问题解决后再次发送被 RIS 拒绝的内容：发送编号或其报告</translation>
        </message>
        <message>
            <source>send instances to a peer; done when each was confirmed</source>
            <translation>向对方发送实例；全部得到确认后结束</translation>
        </message>
        <message>
            <source>sending was cancelled</source>
            <translation>发送已取消</translation>
        </message>
        <message>
            <source>sent %1, confirmed %2, failed %3</source>
            <translation>已发送 %1，已确认 %2，失败 %3</translation>
        </message>
        <message>
            <source>sequences are nested too deeply</source>
            <translation>序列嵌套过深</translation>
        </message>
        <message>
            <source>sequences of the server's answer are nested deeper than any real ones</source>
            <translation>服务器应答中的序列嵌套过深，不可能是真实数据</translation>
        </message>
        <message>
            <source>series time</source>
            <translation>序列时间</translation>
        </message>
        <message>
            <source>set right what can be</source>
            <translation>修复可以修复的问题</translation>
        </message>
        <message>
            <source>settings of the profile</source>
            <translation>配置文件中的设置</translation>
        </message>
        <message>
            <source>sex</source>
            <translation>性别</translation>
        </message>
        <message>
            <source>sign as preliminary</source>
            <translation>作为初步报告签署</translation>
        </message>
        <message>
            <source>slice</source>
            <translation>层面</translation>
        </message>
        <message>
            <source>slice %1 and slice %2 do not overlap</source>
            <translation>第 %1 层与第 %2 层不重叠</translation>
        </message>
        <message>
            <source>slice %1 and slice %2 lie in one plane</source>
            <translation>第 %1 层与第 %2 层位于同一平面</translation>
        </message>
        <message>
            <source>slices are missing</source>
            <translation>缺少切片</translation>
        </message>
        <message>
            <source>spatial fiducials</source>
            <translation>空间基准点</translation>
        </message>
        <message>
            <source>start or typing WORD is wanted</source>
            <translation>需要 start 或 typing WORD</translation>
        </message>
        <message>
            <source>stopped</source>
            <translation>已停止</translation>
        </message>
        <message>
            <source>stopped while connecting to %1</source>
            <translation>连接 %1 时已停止</translation>
        </message>
        <message>
            <source>stopped; nothing was written</source>
            <translation>已停止；未写入任何内容</translation>
        </message>
        <message>
            <source>stopped; the folder is empty again</source>
            <translation>已停止；文件夹已清空</translation>
        </message>
        <message>
            <source>stopped; there is no image</source>
            <translation>已停止；没有生成映像</translation>
        </message>
        <message>
            <source>stored as SUV</source>
            <translation>以 SUV 存储</translation>
        </message>
        <message>
            <source>stored as SUV, %1</source>
            <translation>以 SUV 存储，%1</translation>
        </message>
        <message>
            <source>taken, not yet processed</source>
            <translation>已接收，尚未处理</translation>
        </message>
        <message>
            <source>taking orders by HL7 on port %1</source>
            <translation>正在端口 %1 接收 HL7 申请单</translation>
        </message>
        <message>
            <source>temporal position</source>
            <translation>时间位置</translation>
        </message>
        <message>
            <source>text, pdf, hl7 or sr</source>
            <translation>text、pdf、hl7 或 sr</translation>
        </message>
        <message>
            <source>the %1 is no UID</source>
            <translation>%1 不是 UID</translation>
        </message>
        <message>
            <source>the 3D picture could not be drawn</source>
            <translation>无法绘制 3D 图片</translation>
        </message>
        <message>
            <source>the CD profile is uncompressed only, and %1 cannot be decompressed here: written compressed, in the USB profile</source>
            <translation>CD 规范只允许未压缩图像，而本机无法解压缩 %1：已按 USB 规范压缩写入</translation>
        </message>
        <message>
            <source>the DICOMDIR cannot be used: %1</source>
            <translation>无法使用 DICOMDIR：%1</translation>
        </message>
        <message>
            <source>the DICOMDIR cannot be written: %1</source>
            <translation>无法写入 DICOMDIR：%1</translation>
        </message>
        <message>
            <source>the DICOMDIR does not name %1</source>
            <translation>DICOMDIR 中没有 %1</translation>
        </message>
        <message>
            <source>the DICOMDIR names %1 files that are not there</source>
            <translation>DICOMDIR 列出的 %1 个文件不存在</translation>
        </message>
        <message>
            <source>the DICOMDIR names %1 files, %2 were written</source>
            <translation>DICOMDIR 列出 %1 个文件，实际写入 %2 个</translation>
        </message>
        <message>
            <source>the DICOMDIR refers to itself</source>
            <translation>DICOMDIR 引用了自身</translation>
        </message>
        <message>
            <source>the HL7 character set "%1" is not known</source>
            <translation>未知的 HL7 字符集“%1”</translation>
        </message>
        <message>
            <source>the PACS and other peers</source>
            <translation>PACS 和其他对方节点</translation>
        </message>
        <message>
            <source>the PACS confirmed %1 of %2 instances</source>
            <translation>PACS 已确认 %1/%2 个实例</translation>
        </message>
        <message>
            <source>the RIS did not acknowledge the report: %1</source>
            <translation>RIS 未确认报告：%1</translation>
        </message>
        <message>
            <source>the RIS has not acknowledged its report yet</source>
            <translation>RIS 尚未确认其报告</translation>
        </message>
        <message>
            <source>the acknowledgement has no code (MSA-1)</source>
            <translation>确认消息没有代码（MSA-1）</translation>
        </message>
        <message>
            <source>the address of the DICOMweb service is not of the form https://host/path</source>
            <translation>DICOMweb 服务的地址不是 https://host/path 的形式</translation>
        </message>
        <message>
            <source>the answer has no end</source>
            <translation>应答没有结尾</translation>
        </message>
        <message>
            <source>the answer holds no acknowledgement (MSA-1)</source>
            <translation>应答中没有确认信息（MSA-1）</translation>
        </message>
        <message>
            <source>the answer is no HL7 message</source>
            <translation>应答不是 HL7 消息</translation>
        </message>
        <message>
            <source>the archive is not sound: %1 files are missing, %2 have changed, %3 are without row; diascope verify --repair sets right what can be</source>
            <translation>归档不完好：%1 个文件缺失，%2 个文件已改变，%3 个文件没有索引行；可用 diascope verify --repair 修复能修复的部分</translation>
        </message>
        <message>
            <source>the archive's database is damaged: diascope rebuild makes it anew from the files</source>
            <translation>归档的数据库已损坏：可用 diascope rebuild 从文件重新建立</translation>
        </message>
        <message>
            <source>the association was rejected: %1</source>
            <translation>关联被拒绝：%1</translation>
        </message>
        <message>
            <source>the bytes have changed since they were stored</source>
            <translation>存储之后字节已发生变化</translation>
        </message>
        <message>
            <source>the certificate file %1 cannot be read: %2</source>
            <translation>无法读取证书文件 %1：%2</translation>
        </message>
        <message>
            <source>the certificate of its authority has expired</source>
            <translation>其签发机构的证书已过期</translation>
        </message>
        <message>
            <source>the certificate of its authority is not valid yet</source>
            <translation>其签发机构的证书尚未生效</translation>
        </message>
        <message>
            <source>the certificates in %1 cannot be read</source>
            <translation>无法读取 %1 中的证书</translation>
        </message>
        <message>
            <source>the check was stopped</source>
            <translation>校验已停止</translation>
        </message>
        <message>
            <source>the colours of the palette cannot be interpolated between these unevenly placed images</source>
            <translation>这些图像位置不均匀，其间无法插值调色板的颜色</translation>
        </message>
        <message>
            <source>the compressed data are far too short for %1 frames</source>
            <translation>压缩数据对于 %1 帧来说过短</translation>
        </message>
        <message>
            <source>the compressed data are far too short for %1 × %2 pixels</source>
            <translation>压缩数据远少于 %1 × %2 像素所需</translation>
        </message>
        <message>
            <source>the compressed data of frame %1 of %2 are missing</source>
            <translation>缺少第 %1 帧（共 %2 帧）的压缩数据</translation>
        </message>
        <message>
            <source>the compressed dataset grows beyond all measure</source>
            <translation>压缩的数据集解压后过大</translation>
        </message>
        <message>
            <source>the compressed dataset is broken</source>
            <translation>压缩的数据集已损坏</translation>
        </message>
        <message>
            <source>the connection broke</source>
            <translation>连接中断</translation>
        </message>
        <message>
            <source>the connection broke before the acknowledgement</source>
            <translation>收到确认之前连接中断</translation>
        </message>
        <message>
            <source>the connection broke while sending</source>
            <translation>发送过程中连接中断</translation>
        </message>
        <message>
            <source>the connection was cut in the middle of the answer</source>
            <translation>应答中途连接被切断</translation>
        </message>
        <message>
            <source>the connection was refused: nothing listens there</source>
            <translation>连接被拒绝：该处没有程序在监听</translation>
        </message>
        <message>
            <source>the database is being recovered; try again when that is done</source>
            <translation>数据库正在恢复；请在完成后重试</translation>
        </message>
        <message>
            <source>the database is damaged (%1); diascope rebuild makes a new one and takes over what can still be read</source>
            <translation>数据库已损坏（%1）；可用 diascope rebuild 重新建立，并保留仍可读取的内容</translation>
        </message>
        <message>
            <source>the database is damaged, and this is viewing-only mode</source>
            <translation>数据库已损坏，而当前为仅浏览模式</translation>
        </message>
        <message>
            <source>the database was damaged and lies now at %1; %2 rows of it are taken over</source>
            <translation>数据库已损坏，现存放于 %1；其中 %2 行已保留</translation>
        </message>
        <message>
            <source>the database was written by a newer version of Diascope</source>
            <translation>数据库由更新版本的 Diascope 写入</translation>
        </message>
        <message>
            <source>the decoder crashed on this frame</source>
            <translation>解码器处理此帧时崩溃</translation>
        </message>
        <message>
            <source>the decoder ends as soon as it is started</source>
            <translation>解码器一启动就退出</translation>
        </message>
        <message>
            <source>the decoder's answer makes no sense</source>
            <translation>解码器的应答没有意义</translation>
        </message>
        <message>
            <source>the destination has another size than the frame</source>
            <translation>目标缓冲区与帧的大小不一致</translation>
        </message>
        <message>
            <source>the directory of a medium</source>
            <translation>介质目录</translation>
        </message>
        <message>
            <source>the display %1 cannot be opened</source>
            <translation>无法打开显示 %1</translation>
        </message>
        <message>
            <source>the distance between slices varies from %1 to %2 mm</source>
            <translation>切片间距不一致，从 %1 到 %2 mm</translation>
        </message>
        <message>
            <source>the document is no PDF</source>
            <translation>文档不是 PDF</translation>
        </message>
        <message>
            <source>the draft is about another study than the report</source>
            <translation>该草稿与报告不属于同一检查</translation>
        </message>
        <message>
            <source>the draft of the same study whose text the addendum takes over</source>
            <translation>同一检查的草稿，其文字由补充报告接收</translation>
        </message>
        <message>
            <source>the element &lt;%1&gt; is not known, only its text was kept</source>
            <translation>未知元素 &lt;%1&gt;，只保留了其文字</translation>
        </message>
        <message>
            <source>the embedded template "%1" is not here</source>
            <translation>此处没有被嵌入的模板“%1”</translation>
        </message>
        <message>
            <source>the figure lies on a reconstruction: insert it from the reading window</source>
            <translation>图形位于重建图像上：请在阅片窗口中插入</translation>
        </message>
        <message>
            <source>the file begins like a program; never run it</source>
            <translation>该文件的开头像可执行程序，切勿运行</translation>
        </message>
        <message>
            <source>the file cannot be read</source>
            <translation>文件无法读取</translation>
        </message>
        <message>
            <source>the file cannot be read to its end</source>
            <translation>文件无法读到末尾</translation>
        </message>
        <message>
            <source>the file cannot be read: %1</source>
            <translation>文件无法读取：%1</translation>
        </message>
        <message>
            <source>the file could not be read in time: the drive does not answer</source>
            <translation>文件未能及时读取：驱动器没有响应</translation>
        </message>
        <message>
            <source>the file ends after its header: there is no dataset</source>
            <translation>文件在文件头之后即结束：没有数据集</translation>
        </message>
        <message>
            <source>the file ends inside a sequence</source>
            <translation>文件在序列中间结束</translation>
        </message>
        <message>
            <source>the file ends inside a value, or a length in it is wrong</source>
            <translation>文件在某个值中间结束，或其中的长度有误</translation>
        </message>
        <message>
            <source>the file ends inside a value, or its length is wrong</source>
            <translation>文件在某个值中间结束，或该值的长度有误</translation>
        </message>
        <message>
            <source>the file ends too early</source>
            <translation>文件提前结束</translation>
        </message>
        <message>
            <source>the file ends within the pixel data</source>
            <translation>文件在像素数据中间结束</translation>
        </message>
        <message>
            <source>the file has another size than when it was indexed</source>
            <translation>文件大小与建立索引时不同</translation>
        </message>
        <message>
            <source>the file has become another image</source>
            <translation>该文件已变成另一幅图像</translation>
        </message>
        <message>
            <source>the file has no DICOM header</source>
            <translation>文件没有 DICOM 文件头</translation>
        </message>
        <message>
            <source>the file is empty</source>
            <translation>文件为空</translation>
        </message>
        <message>
            <source>the file is gone</source>
            <translation>文件已不存在</translation>
        </message>
        <message>
            <source>the file meta header is broken</source>
            <translation>文件元信息头已损坏</translation>
        </message>
        <message>
            <source>the file of authorities %1 cannot be read: %2</source>
            <translation>无法读取签发机构文件 %1：%2</translation>
        </message>
        <message>
            <source>the file was changed after the study was opened</source>
            <translation>检查打开后文件已被更改</translation>
        </message>
        <message>
            <source>the folder %1 cannot be created</source>
            <translation>无法创建文件夹 %1</translation>
        </message>
        <message>
            <source>the folder %1 cannot be made</source>
            <translation>无法建立文件夹 %1</translation>
        </message>
        <message>
            <source>the folder %1 is not empty</source>
            <translation>文件夹 %1 不为空</translation>
        </message>
        <message>
            <source>the folder cannot be read</source>
            <translation>无法读取文件夹</translation>
        </message>
        <message>
            <source>the frame is too large</source>
            <translation>帧过大</translation>
        </message>
        <message>
            <source>the head in invesalius-examples cannot be unpacked</source>
            <translation>无法解包 invesalius-examples 中的头部数据</translation>
        </message>
        <message>
            <source>the head in invesalius-examples has another size than expected</source>
            <translation>invesalius-examples 中的头部数据大小与预期不同</translation>
        </message>
        <message>
            <source>the host cannot be reached</source>
            <translation>无法连接到主机</translation>
        </message>
        <message>
            <source>the host did not answer in time</source>
            <translation>主机未及时应答</translation>
        </message>
        <message>
            <source>the host did not answer within %1 s</source>
            <translation>主机在 %1 秒内未应答</translation>
        </message>
        <message>
            <source>the host name is unknown</source>
            <translation>未知的主机名</translation>
        </message>
        <message>
            <source>the image has another size than the others</source>
            <translation>该图像的大小与其他图像不同</translation>
        </message>
        <message>
            <source>the image is not in the archive</source>
            <translation>图像不在存档中</translation>
        </message>
        <message>
            <source>the image is of another patient than the report</source>
            <translation>图像与报告不属于同一位患者</translation>
        </message>
        <message>
            <source>the image of the figure is not in the archive</source>
            <translation>图形所在的图像不在归档中</translation>
        </message>
        <message>
            <source>the images are larger than the memory set aside for them, and the cache folder cannot be written: %1</source>
            <translation>图像超出为其预留的内存，且缓存文件夹无法写入：%1</translation>
        </message>
        <message>
            <source>the images are larger than the memory set aside for them, and the cache folder has no room for %1 MiB: %2</source>
            <translation>图像超出为其预留的内存，且缓存文件夹没有 %1 MiB 的空间：%2</translation>
        </message>
        <message>
            <source>the images are not all loaded yet</source>
            <translation>图像尚未全部加载</translation>
        </message>
        <message>
            <source>the images carry no position in the patient</source>
            <translation>图像没有患者坐标位置信息</translation>
        </message>
        <message>
            <source>the index is as it was before</source>
            <translation>索引保持原样</translation>
        </message>
        <message>
            <source>the key %1 does not belong to the certificate %2</source>
            <translation>私钥 %1 与证书 %2 不匹配</translation>
        </message>
        <message>
            <source>the key file %1 cannot be read: %2</source>
            <translation>无法读取私钥文件 %1：%2</translation>
        </message>
        <message>
            <source>the key in %1 is not that of the certificate in %2</source>
            <translation>%1 中的密钥与 %2 中的证书不匹配</translation>
        </message>
        <message>
            <source>the keyring does not answer; it may be waiting to be unlocked</source>
            <translation>密钥环没有应答；它可能在等待解锁</translation>
        </message>
        <message>
            <source>the keyring has no such password</source>
            <translation>密钥环中没有该密码</translation>
        </message>
        <message>
            <source>the keyring stayed locked</source>
            <translation>密钥环仍处于锁定状态</translation>
        </message>
        <message>
            <source>the languages are en and zh_CN</source>
            <translation>语言为 en 和 zh_CN</translation>
        </message>
        <message>
            <source>the maker's factor</source>
            <translation>厂商系数</translation>
        </message>
        <message>
            <source>the maker's scan time</source>
            <translation>厂商扫描时间</translation>
        </message>
        <message>
            <source>the message does not begin with an MSH segment</source>
            <translation>消息不以 MSH 段开头</translation>
        </message>
        <message>
            <source>the message does not name its delimiters (MSH-1 and MSH-2)</source>
            <translation>消息未指明分隔符（MSH-1 和 MSH-2）</translation>
        </message>
        <message>
            <source>the message has more segments or fields than any real one</source>
            <translation>消息的段或字段多于任何真实的消息</translation>
        </message>
        <message>
            <source>the message has no control id (MSH-10)</source>
            <translation>消息没有控制 ID（MSH-10）</translation>
        </message>
        <message>
            <source>the message holds a byte that would end its frame</source>
            <translation>消息中含有会使帧提前结束的字节</translation>
        </message>
        <message>
            <source>the name on the report; the system's user where not given</source>
            <translation>报告上的姓名；未指定时取系统用户</translation>
        </message>
        <message>
            <source>the name or password is too long</source>
            <translation>用户名或密码过长</translation>
        </message>
        <message>
            <source>the network cannot be used</source>
            <translation>网络无法使用</translation>
        </message>
        <message numerus="yes">
            <source>the newest %n studies here; there are more: narrow the search</source>
            <translation>
                <numerusform>本机最新的 %n 个检查；还有更多：请缩小检索范围</numerusform>
            </translation>
        </message>
        <message>
            <source>the node has no character set, so only ASCII can be asked for: set one for it</source>
            <translation>该节点未设置字符集，因此只能用 ASCII 查询：请为其设置字符集</translation>
        </message>
        <message>
            <source>the number of one entry is wanted</source>
            <translation>需要一个条目的编号</translation>
        </message>
        <message>
            <source>the object (SOP class %1) has no pixels</source>
            <translation>该对象（SOP 类 %1）没有像素</translation>
        </message>
        <message>
            <source>the object has no pixels</source>
            <translation>对象没有像素数据</translation>
        </message>
        <message>
            <source>the order has no number (ORC-2, ORC-3)</source>
            <translation>申请单没有编号（ORC-2、ORC-3）</translation>
        </message>
        <message>
            <source>the order names no patient (PID)</source>
            <translation>申请单未指明患者（PID）</translation>
        </message>
        <message>
            <source>the order names no patient (PID-3)</source>
            <translation>申请单未指明患者（PID-3）</translation>
        </message>
        <message>
            <source>the overlay does not lie over this frame</source>
            <translation>叠加层不在此帧上</translation>
        </message>
        <message>
            <source>the package invesalius-examples is not installed</source>
            <translation>未安装软件包 invesalius-examples</translation>
        </message>
        <message>
            <source>the palette has no data</source>
            <translation>调色板没有数据</translation>
        </message>
        <message>
            <source>the palette has no usable descriptor</source>
            <translation>调色板没有可用的描述符</translation>
        </message>
        <message>
            <source>the part of the program that draws 3D (diascope-scene.so) cannot be loaded: %1</source>
            <translation>无法加载绘制三维图像的程序模块（diascope-scene.so）：%1</translation>
        </message>
        <message>
            <source>the parts of the server's answer are not divided as they should be</source>
            <translation>服务器应答的各部分没有按规定分隔</translation>
        </message>
        <message>
            <source>the peer aborted the association</source>
            <translation>对方中止了关联</translation>
        </message>
        <message>
            <source>the peer broke the protocol: %1</source>
            <translation>对方违反协议：%1</translation>
        </message>
        <message>
            <source>the peer broke the protocol: an answer to something else came</source>
            <translation>对方违反协议：收到了针对其他请求的应答</translation>
        </message>
        <message>
            <source>the peer broke the protocol: it sent more than was agreed</source>
            <translation>对方违反协议：发送超出约定</translation>
        </message>
        <message>
            <source>the peer broke the protocol: it sent something else where a command was due</source>
            <translation>对方违反协议：应为命令之处发来了其他内容</translation>
        </message>
        <message>
            <source>the peer closed the connection instead of an answer: it may not speak TLS there</source>
            <translation>对方未应答即关闭连接：该端口可能不支持 TLS</translation>
        </message>
        <message>
            <source>the peer closed the connection without an answer</source>
            <translation>对方未作应答即关闭了连接</translation>
        </message>
        <message>
            <source>the peer could not send %1 instances</source>
            <translation>对方有 %1 个实例未能发送</translation>
        </message>
        <message>
            <source>the peer could not send it</source>
            <translation>对方未能发送该实例</translation>
        </message>
        <message>
            <source>the peer counts %1 instances more than it sent</source>
            <translation>对方所报数量比其发送的多 %1 个实例</translation>
        </message>
        <message>
            <source>the peer did not answer the association request within %1 s</source>
            <translation>对方在 %1 秒内未应答关联请求</translation>
        </message>
        <message>
            <source>the peer did not answer the request for encryption within %1 s</source>
            <translation>对方在 %1 秒内未应答加密请求</translation>
        </message>
        <message>
            <source>the peer does not accept %1, and it cannot be decompressed here</source>
            <translation>对方不接受 %1，而本机无法解压缩</translation>
        </message>
        <message>
            <source>the peer does not accept this kind of object</source>
            <translation>对方不接受此类对象</translation>
        </message>
        <message>
            <source>the peer does not have it</source>
            <translation>对方没有该对象</translation>
        </message>
        <message>
            <source>the peer does not keep this kind of object</source>
            <translation>对方不保存此类对象</translation>
        </message>
        <message>
            <source>the peer does not know the move destination: it has to be told our AE title, host and port</source>
            <translation>对方不认识移动目的地：须在对方登记本机的 AE 标题、主机和端口</translation>
        </message>
        <message>
            <source>the peer does not offer C-GET; C-MOVE may work</source>
            <translation>对方不提供 C-GET；可尝试 C-MOVE</translation>
        </message>
        <message>
            <source>the peer does not permit it</source>
            <translation>对方不允许此操作</translation>
        </message>
        <message>
            <source>the peer does not speak TLS there</source>
            <translation>对方在该端口不支持 TLS</translation>
        </message>
        <message>
            <source>the peer does not support this kind of object</source>
            <translation>对方不支持此类对象</translation>
        </message>
        <message>
            <source>the peer does not take the message</source>
            <translation>对方不接收该消息</translation>
        </message>
        <message>
            <source>the peer does not trust our certificate</source>
            <translation>对方不信任本机证书</translation>
        </message>
        <message>
            <source>the peer ended the association too early</source>
            <translation>对方过早结束了关联</translation>
        </message>
        <message>
            <source>the peer failed while it processed it</source>
            <translation>对方处理时失败</translation>
        </message>
        <message>
            <source>the peer gave %1 rows and stopped there</source>
            <translation>对方给出 %1 行后便停止了</translation>
        </message>
        <message>
            <source>the peer gives the reason 0x%1</source>
            <translation>对方给出的原因为 0x%1</translation>
        </message>
        <message>
            <source>the peer has another kind of object by this name</source>
            <translation>对方以此名称保存的是另一类对象</translation>
        </message>
        <message>
            <source>the peer has everything and has not yet committed itself to keep it</source>
            <translation>对方已全部收到，但尚未承诺保存</translation>
        </message>
        <message>
            <source>the peer has it and did not send it</source>
            <translation>对方有该实例，但没有发送</translation>
        </message>
        <message>
            <source>the peer has no certificate to show</source>
            <translation>对方没有可出示的证书</translation>
        </message>
        <message>
            <source>the peer has no cipher in common with us, or wants a certificate we do not have</source>
            <translation>对方与本机没有共同的加密套件，或要求本机没有的证书</translation>
        </message>
        <message>
            <source>the peer has no room for it</source>
            <translation>对方空间不足</translation>
        </message>
        <message>
            <source>the peer is out of resources</source>
            <translation>对方资源不足</translation>
        </message>
        <message>
            <source>the peer reported a failure</source>
            <translation>对方报告失败</translation>
        </message>
        <message>
            <source>the peer says the data does not match its kind</source>
            <translation>对方称数据与其类型不符</translation>
        </message>
        <message>
            <source>the peer speaks no TLS newer than 1.1, which is not safe</source>
            <translation>对方最高只支持 TLS 1.1，不安全</translation>
        </message>
        <message>
            <source>the peer stopped as asked</source>
            <translation>对方已按要求停止</translation>
        </message>
        <message>
            <source>the peer wants a certificate of ours, and there is none</source>
            <translation>对方要求本机证书，而本机没有</translation>
        </message>
        <message>
            <source>the peer was asked twice by the same transaction</source>
            <translation>同一事务两次请求了对方</translation>
        </message>
        <message>
            <source>the peer was silent for %1 s</source>
            <translation>对方已 %1 秒无响应</translation>
        </message>
        <message>
            <source>the peer was unable to process it</source>
            <translation>对方无法处理</translation>
        </message>
        <message>
            <source>the peer's commitment does not name it</source>
            <translation>对方的存储承诺中没有列出该影像</translation>
        </message>
        <message>
            <source>the pixel data cannot be found in the file</source>
            <translation>文件中找不到像素数据</translation>
        </message>
        <message>
            <source>the pixel data ends after %1 of %2 bytes</source>
            <translation>像素数据只有 %1 字节，应为 %2 字节</translation>
        </message>
        <message>
            <source>the pixel data ends after %1 of %2 frames</source>
            <translation>像素数据只有 %1 帧，应为 %2 帧</translation>
        </message>
        <message>
            <source>the pixels cannot be written as %1</source>
            <translation>像素无法以 %1 写入</translation>
        </message>
        <message>
            <source>the pixels do not fit the stack</source>
            <translation>像素与堆栈不符</translation>
        </message>
        <message>
            <source>the profile has no place for it: %1</source>
            <translation>该规范不能容纳此对象：%1</translation>
        </message>
        <message>
            <source>the profile is cd, dvd or usb</source>
            <translation>规范只能是 cd、dvd 或 usb</translation>
        </message>
        <message>
            <source>the program %1 is missing beside this program</source>
            <translation>本程序旁边缺少程序 %1</translation>
        </message>
        <message>
            <source>the program xorriso is not installed</source>
            <translation>未安装程序 xorriso</translation>
        </message>
        <message>
            <source>the proxy on the way cannot be reached</source>
            <translation>无法连接途中的代理</translation>
        </message>
        <message>
            <source>the quicker one</source>
            <translation>较快者</translation>
        </message>
        <message>
            <source>the reason, which is kept</source>
            <translation>原因，将予以保留</translation>
        </message>
        <message>
            <source>the receiver answered another message than the one sent</source>
            <translation>接收方应答的不是所发送的消息</translation>
        </message>
        <message>
            <source>the receiver could not process it: %1</source>
            <translation>接收方无法处理：%1</translation>
        </message>
        <message>
            <source>the receiver has it and has not said yet that it processed it</source>
            <translation>接收方已收到，但尚未表明已处理</translation>
        </message>
        <message>
            <source>the receiver rejected it: %1</source>
            <translation>接收方已拒绝：%1</translation>
        </message>
        <message>
            <source>the receiver took it and never said that it processed it</source>
            <translation>接收方已收下，但始终未表明已处理</translation>
        </message>
        <message>
            <source>the records of the DICOMDIR run in a circle</source>
            <translation>DICOMDIR 的记录形成循环</translation>
        </message>
        <message>
            <source>the reference is to something that is no plain file</source>
            <translation>引用所指的不是普通文件</translation>
        </message>
        <message>
            <source>the reference leads outside of the medium</source>
            <translation>引用指向介质之外</translation>
        </message>
        <message>
            <source>the report has an unsigned version already</source>
            <translation>报告已有一个未签署的版本</translation>
        </message>
        <message>
            <source>the report has no section %1; it has %2</source>
            <translation>报告没有 %1 部分；已有部分：%2</translation>
        </message>
        <message>
            <source>the report is cancelled</source>
            <translation>报告已作废</translation>
        </message>
        <message>
            <source>the report is not signed yet</source>
            <translation>报告尚未签署</translation>
        </message>
        <message>
            <source>the report is signed: only an addendum or a correction can follow</source>
            <translation>报告已签署：只能继续添加补充报告或更正报告</translation>
        </message>
        <message>
            <source>the report names no study</source>
            <translation>报告中没有检查信息</translation>
        </message>
        <message>
            <source>the report names no transaction</source>
            <translation>报告未指明事务</translation>
        </message>
        <message>
            <source>the report was changed or signed elsewhere since it was opened</source>
            <translation>报告打开之后已在别处被更改或签署</translation>
        </message>
        <message>
            <source>the retrieval is not complete</source>
            <translation>获取不完整</translation>
        </message>
        <message>
            <source>the root of its DICOMweb service</source>
            <translation>其 DICOMweb 服务的根地址</translation>
        </message>
        <message>
            <source>the rules are a list: [ {…}, {…} ]</source>
            <translation>规则应为列表：[ {…}, {…} ]</translation>
        </message>
        <message>
            <source>the rules are no JSON: %1 at character %2</source>
            <translation>规则不是 JSON:%1（第 %2 个字符）</translation>
        </message>
        <message>
            <source>the same SOP Instance UID is stored with other bytes</source>
            <translation>已存有 SOP Instance UID 相同但字节不同的对象</translation>
        </message>
        <message>
            <source>the section %1 cannot be changed</source>
            <translation>%1 部分不能更改</translation>
        </message>
        <message>
            <source>the segmented palette is broken</source>
            <translation>分段调色板已损坏</translation>
        </message>
        <message>
            <source>the series of a study, their stacks, geometry and warnings</source>
            <translation>检查的各序列及其堆栈、几何信息和警告</translation>
        </message>
        <message>
            <source>the series the images are in</source>
            <translation>图像所在的序列</translation>
        </message>
        <message>
            <source>the server answered with a web page instead of data: it may want a login, or the address is wrong</source>
            <translation>服务器应答的是网页而不是数据：可能需要登录，或地址有误</translation>
        </message>
        <message>
            <source>the server answered with another kind of data than was asked for</source>
            <translation>服务器应答的数据类型与所请求的不同</translation>
        </message>
        <message>
            <source>the server answered with nothing</source>
            <translation>服务器的应答为空</translation>
        </message>
        <message>
            <source>the server cannot send it in a form we asked for (406)</source>
            <translation>服务器不能以所请求的形式发送（406）</translation>
        </message>
        <message>
            <source>the server cannot understand it (%1)</source>
            <translation>服务器无法理解它（%1）</translation>
        </message>
        <message>
            <source>the server closed the connection without an answer</source>
            <translation>服务器未作应答即关闭了连接</translation>
        </message>
        <message>
            <source>the server did not accept our side of the encryption: it may want a certificate of ours</source>
            <translation>服务器不接受我们一侧的加密：它可能需要我们的证书</translation>
        </message>
        <message>
            <source>the server did not answer within %1 s</source>
            <translation>服务器在 %1 秒内没有应答</translation>
        </message>
        <message>
            <source>the server does not accept its transfer syntax</source>
            <translation>服务器不接受它的传输语法</translation>
        </message>
        <message>
            <source>the server does not accept our user name, password or token (401)</source>
            <translation>服务器不接受我们的用户名、密码或令牌（401）</translation>
        </message>
        <message>
            <source>the server does not accept this kind of data (415)</source>
            <translation>服务器不接受此类数据（415）</translation>
        </message>
        <message>
            <source>the server does not have it, or has no such service (404)</source>
            <translation>服务器没有它，或没有此服务（404）</translation>
        </message>
        <message>
            <source>the server does not offer this service (%1)</source>
            <translation>服务器不提供此服务（%1）</translation>
        </message>
        <message>
            <source>the server does not permit it</source>
            <translation>服务器不允许</translation>
        </message>
        <message>
            <source>the server does not permit it to this user (403)</source>
            <translation>服务器不允许该用户这样做（403）</translation>
        </message>
        <message>
            <source>the server does not say that it has stored it</source>
            <translation>服务器没有说明已存储它</translation>
        </message>
        <message>
            <source>the server does not support this kind of object</source>
            <translation>服务器不支持此类对象</translation>
        </message>
        <message>
            <source>the server does not understand the request (400)</source>
            <translation>服务器不理解该请求（400）</translation>
        </message>
        <message>
            <source>the server failed inside (%1)</source>
            <translation>服务器内部出错（%1）</translation>
        </message>
        <message>
            <source>the server failed while storing it</source>
            <translation>服务器存储它时出错</translation>
        </message>
        <message>
            <source>the server gets too many requests from us (429).</source>
            <translation>服务器收到我们的请求过多（429）。</translation>
        </message>
        <message>
            <source>the server goes on sending what was not asked for</source>
            <translation>服务器不断发送未请求的内容</translation>
        </message>
        <message>
            <source>the server has an instance of this name already, and kept it as it was</source>
            <translation>服务器上已有同名的实例，并保留了原有内容</translation>
        </message>
        <message>
            <source>the server has it and did not send it</source>
            <translation>服务器有它但没有发送</translation>
        </message>
        <message>
            <source>the server has only encryption that is no longer safe (older than TLS 1.2)</source>
            <translation>服务器只有不再安全的加密（早于 TLS 1.2）</translation>
        </message>
        <message>
            <source>the server is busy or being maintained (503).</source>
            <translation>服务器繁忙或正在维护（503）。</translation>
        </message>
        <message>
            <source>the server is out of resources (%1)</source>
            <translation>服务器资源不足（%1）</translation>
        </message>
        <message>
            <source>the server no longer has it (410)</source>
            <translation>服务器不再有它（410）</translation>
        </message>
        <message>
            <source>the server refused (%1)</source>
            <translation>服务器拒绝（%1）</translation>
        </message>
        <message>
            <source>the server refused it (%1)</source>
            <translation>服务器拒绝了它（%1）</translation>
        </message>
        <message>
            <source>the server refused it and does not say why</source>
            <translation>服务器拒绝了它，未说明原因</translation>
        </message>
        <message>
            <source>the server says it contradicts what it has (409)</source>
            <translation>服务器称它与已有内容矛盾（409）</translation>
        </message>
        <message>
            <source>the server says it is too large for one request (413)</source>
            <translation>服务器称它对一次请求来说太大（413）</translation>
        </message>
        <message>
            <source>the server says that it has %1 instances and names %2</source>
            <translation>服务器称有 %1 个实例，但只列出了 %2 个</translation>
        </message>
        <message>
            <source>the server says the data does not match its kind (%1)</source>
            <translation>服务器称数据与其类型不符（%1）</translation>
        </message>
        <message>
            <source>the server sends us elsewhere with what we store: not followed</source>
            <translation>服务器要求将要存储的内容转送到别处：未跟随</translation>
        </message>
        <message>
            <source>the server sends us elsewhere without saying where (%1)</source>
            <translation>服务器要求转到别处但没有说明地址（%1）</translation>
        </message>
        <message>
            <source>the server sends us from https to an unencrypted address: not followed</source>
            <translation>服务器要求从 https 转到未加密的地址：未跟随</translation>
        </message>
        <message>
            <source>the server sends us from one address to the next without end</source>
            <translation>服务器无休止地将我们从一个地址转到另一个地址</translation>
        </message>
        <message>
            <source>the server sent fewer frames than were asked for</source>
            <translation>服务器发送的帧少于所请求的</translation>
        </message>
        <message>
            <source>the server sent more frames than were asked for</source>
            <translation>服务器发送的帧多于所请求的</translation>
        </message>
        <message>
            <source>the server sent next to nothing for %1 s</source>
            <translation>服务器在 %1 秒内几乎没有发送数据</translation>
        </message>
        <message>
            <source>the server wants a kind of login other than by password or token (401)</source>
            <translation>服务器要求密码或令牌以外的登录方式（401）</translation>
        </message>
        <message>
            <source>the server's answer does not end: more than %1 MiB</source>
            <translation>服务器的应答没有结束：超过 %1 MiB</translation>
        </message>
        <message>
            <source>the server's answer does not end: more than %1 rows</source>
            <translation>服务器的应答没有结尾：超过 %1 行</translation>
        </message>
        <message>
            <source>the server's answer ends before it has begun</source>
            <translation>服务器的应答尚未开始就结束了</translation>
        </message>
        <message>
            <source>the server's answer ends in the middle</source>
            <translation>服务器的应答中途结束</translation>
        </message>
        <message>
            <source>the server's answer ends in the middle: its last boundary is missing</source>
            <translation>服务器的应答中途结束：缺少最后的分界</translation>
        </message>
        <message>
            <source>the server's answer is no DICOM JSON</source>
            <translation>服务器的应答不是 DICOM JSON</translation>
        </message>
        <message>
            <source>the server's certificate comes from an authority that is not trusted here</source>
            <translation>服务器的证书来自此处不信任的颁发机构</translation>
        </message>
        <message>
            <source>the server's certificate has been revoked</source>
            <translation>服务器的证书已被吊销</translation>
        </message>
        <message>
            <source>the server's certificate has expired</source>
            <translation>服务器的证书已过期</translation>
        </message>
        <message>
            <source>the server's certificate is for another host name</source>
            <translation>服务器的证书属于另一个主机名</translation>
        </message>
        <message>
            <source>the server's certificate is made in a way that is no longer safe</source>
            <translation>服务器的证书采用了已不再安全的方式制作</translation>
        </message>
        <message>
            <source>the server's certificate is not one for a server</source>
            <translation>服务器的证书不是用于服务器的证书</translation>
        </message>
        <message>
            <source>the server's certificate is not valid yet</source>
            <translation>服务器的证书尚未生效</translation>
        </message>
        <message>
            <source>the settings file %1 cannot be written</source>
            <translation>无法写入设置文件 %1</translation>
        </message>
        <message>
            <source>the slices are shifted against one another</source>
            <translation>切片之间有错位</translation>
        </message>
        <message>
            <source>the slices are shifted too far against one another</source>
            <translation>各层之间错位过大</translation>
        </message>
        <message>
            <source>the slices are tilted by %1°</source>
            <translation>切片倾斜 %1°</translation>
        </message>
        <message>
            <source>the slices could not be interpolated to a regular volume</source>
            <translation>各层无法插值为规则的容积</translation>
        </message>
        <message>
            <source>the stored report cannot be understood</source>
            <translation>无法解析已存储的报告</translation>
        </message>
        <message>
            <source>the structure of the file is broken (%1)</source>
            <translation>文件结构已损坏（%1）</translation>
        </message>
        <message>
            <source>the study has no images</source>
            <translation>该检查没有图像</translation>
        </message>
        <message>
            <source>the study is not here any more</source>
            <translation>该检查已不在此处</translation>
        </message>
        <message>
            <source>the study is not in the archive</source>
            <translation>检查不在归档中</translation>
        </message>
        <message>
            <source>the study stays: %1</source>
            <translation>该检查保留：%1</translation>
        </message>
        <message>
            <source>the study the series or images are in</source>
            <translation>序列或图像所在的检查</translation>
        </message>
        <message>
            <source>the template "%1" embeds itself</source>
            <translation>模板“%1”嵌入了自身</translation>
        </message>
        <message>
            <source>the template "%1" grows without end</source>
            <translation>模板“%1”无限增长</translation>
        </message>
        <message>
            <source>the template "%1" is only a part of others</source>
            <translation>模板“%1”只是其他模板的一部分</translation>
        </message>
        <message>
            <source>the template "%1" is retired</source>
            <translation>模板“%1”已停用</translation>
        </message>
        <message>
            <source>the template does not name its character set (meta charset)</source>
            <translation>模板未指明字符集（meta charset）</translation>
        </message>
        <message>
            <source>the template has more than one &lt;%1&gt;</source>
            <translation>模板有多个 &lt;%1&gt;</translation>
        </message>
        <message>
            <source>the template has more than one template_attributes</source>
            <translation>模板有多个 template_attributes</translation>
        </message>
        <message>
            <source>the template has neither sections nor fields</source>
            <translation>模板既没有部分，也没有字段</translation>
        </message>
        <message>
            <source>the template has no &lt;%1&gt;</source>
            <translation>模板没有 &lt;%1&gt;</translation>
        </message>
        <message>
            <source>the template has no template_attributes</source>
            <translation>模板没有 template_attributes</translation>
        </message>
        <message>
            <source>the template has no title</source>
            <translation>模板没有标题</translation>
        </message>
        <message>
            <source>the template holds no readable HTML</source>
            <translation>模板不含可读取的 HTML</translation>
        </message>
        <message>
            <source>the template is larger than 2 MiB</source>
            <translation>模板大于 2 MiB</translation>
        </message>
        <message>
            <source>the template is nested too deeply</source>
            <translation>模板嵌套过深</translation>
        </message>
        <message>
            <source>the template is nested too deeply or has too many fields</source>
            <translation>模板嵌套过深，或字段过多</translation>
        </message>
        <message>
            <source>the template_attributes are no well-formed XML</source>
            <translation>template_attributes 不是格式正确的 XML</translation>
        </message>
        <message>
            <source>the template_attributes declare entities</source>
            <translation>template_attributes 声明了实体</translation>
        </message>
        <message>
            <source>the text has characters that do not fit the HL7 character set %1</source>
            <translation>文字中含有 HL7 字符集 %1 无法表示的字符</translation>
        </message>
        <message>
            <source>the text of %1 does not fit the character set %2</source>
            <translation>%1 的文字无法用字符集 %2 表示</translation>
        </message>
        <message>
            <source>the texts cannot be written</source>
            <translation>无法写入文本</translation>
        </message>
        <message>
            <source>the token is empty</source>
            <translation>令牌为空</translation>
        </message>
        <message>
            <source>the transfer syntax %1 cannot be decoded</source>
            <translation>无法解码传输语法 %1</translation>
        </message>
        <message>
            <source>the user of a basic login</source>
            <translation>basic 登录的用户名</translation>
        </message>
        <message>
            <source>the values of an image after its modality LUT (float32), or RGB (uint8)</source>
            <translation>图像经模态 LUT 后的值（float32），或 RGB（uint8）</translation>
        </message>
        <message>
            <source>the whole image (the default)</source>
            <translation>整幅图像（默认）</translation>
        </message>
        <message>
            <source>the window has no list</source>
            <translation>窗口没有列表</translation>
        </message>
        <message>
            <source>there are fewer than %1 slices</source>
            <translation>切片少于 %1 个</translation>
        </message>
        <message>
            <source>there are no files in %1</source>
            <translation>%1 中没有文件</translation>
        </message>
        <message>
            <source>there are no images</source>
            <translation>没有图像</translation>
        </message>
        <message>
            <source>there is a node "%1" already</source>
            <translation>已有节点“%1”</translation>
        </message>
        <message>
            <source>there is no %1</source>
            <translation>%1 不存在</translation>
        </message>
        <message>
            <source>there is no 3D preset %1</source>
            <translation>没有 3D 预设 %1</translation>
        </message>
        <message>
            <source>there is no 3D preset “%1”</source>
            <translation>没有 3D 预设“%1”</translation>
        </message>
        <message>
            <source>there is no DICOMDIR in %1</source>
            <translation>%1 中没有 DICOMDIR</translation>
        </message>
        <message>
            <source>there is no Study Instance UID to ask for</source>
            <translation>没有可供查询的 Study Instance UID</translation>
        </message>
        <message>
            <source>there is no certificate in the file %1</source>
            <translation>文件 %1 中没有证书</translation>
        </message>
        <message>
            <source>there is no certificate in the file of authorities %1</source>
            <translation>签发机构文件 %1 中没有证书</translation>
        </message>
        <message>
            <source>there is no dataset in the file</source>
            <translation>文件中没有数据集</translation>
        </message>
        <message>
            <source>there is no delivery %1</source>
            <translation>没有发送项 %1</translation>
        </message>
        <message>
            <source>there is no delivery %1 that could be given up now</source>
            <translation>没有现在可以放弃的发送项 %1</translation>
        </message>
        <message>
            <source>there is no figure %1</source>
            <translation>没有图形 %1</translation>
        </message>
        <message>
            <source>there is no file %1</source>
            <translation>没有文件 %1</translation>
        </message>
        <message>
            <source>there is no folder %1</source>
            <translation>没有文件夹 %1</translation>
        </message>
        <message>
            <source>there is no folder for temporary files: %1</source>
            <translation>没有可用的临时文件夹：%1</translation>
        </message>
        <message>
            <source>there is no frame %1</source>
            <translation>没有第 %1 帧</translation>
        </message>
        <message>
            <source>there is no frame %1: frames count from 1 to %2</source>
            <translation>没有第 %1 帧：帧从 1 计到 %2</translation>
        </message>
        <message>
            <source>there is no frame %1: the object has %2</source>
            <translation>没有第 %1 帧：该对象有 %2 帧</translation>
        </message>
        <message>
            <source>there is no held delivery %1</source>
            <translation>没有被搁置的投递 %1</translation>
        </message>
        <message>
            <source>there is no keyring to keep passwords in (%1)</source>
            <translation>没有可保存密码的密钥环（%1）</translation>
        </message>
        <message>
            <source>there is no node "%1"</source>
            <translation>没有节点“%1”</translation>
        </message>
        <message>
            <source>there is no node %1</source>
            <translation>没有节点 %1</translation>
        </message>
        <message>
            <source>there is no node %1 (see diascope node list)</source>
            <translation>没有节点 %1（参见 diascope node list）</translation>
        </message>
        <message>
            <source>there is no node %1 any more</source>
            <translation>节点 %1 已不存在</translation>
        </message>
        <message>
            <source>there is no private key without a passphrase in the file %1</source>
            <translation>文件 %1 中没有无口令的私钥</translation>
        </message>
        <message>
            <source>there is no setting %1</source>
            <translation>没有设置项 %1</translation>
        </message>
        <message>
            <source>there is no study %1</source>
            <translation>没有检查 %1</translation>
        </message>
        <message>
            <source>there is no study %1 in the archive</source>
            <translation>归档中没有检查 %1</translation>
        </message>
        <message>
            <source>there is no such image in the archive</source>
            <translation>归档中没有该图像</translation>
        </message>
        <message>
            <source>there is no such report</source>
            <translation>没有该报告</translation>
        </message>
        <message>
            <source>there is no template "%1"</source>
            <translation>没有模板“%1”</translation>
        </message>
        <message>
            <source>there is no transfer %1</source>
            <translation>没有传输 %1</translation>
        </message>
        <message>
            <source>there is no volume</source>
            <translation>没有容积数据</translation>
        </message>
        <message>
            <source>there is no window preset %1 for this image</source>
            <translation>该图像没有窗预设 %1</translation>
        </message>
        <message>
            <source>there is not enough memory for %1 images</source>
            <translation>内存不足，无法容纳 %1 幅图像</translation>
        </message>
        <message>
            <source>there is not enough memory for it</source>
            <translation>内存不足</translation>
        </message>
        <message>
            <source>there is not enough memory for the frame</source>
            <translation>内存不足，无法容纳该帧</translation>
        </message>
        <message>
            <source>there is not enough memory for these images: %1</source>
            <translation>内存不足，无法容纳这些图像：%1</translation>
        </message>
        <message>
            <source>there is not enough memory to decompress the image</source>
            <translation>内存不足，无法解压图像</translation>
        </message>
        <message>
            <source>there is not enough memory to read the compressed dataset</source>
            <translation>内存不足，无法读取压缩的数据集</translation>
        </message>
        <message>
            <source>there is not enough memory to read the dataset</source>
            <translation>内存不足，无法读取数据集</translation>
        </message>
        <message>
            <source>there is nothing in quarantine with the number %1</source>
            <translation>隔离区中没有编号为 %1 的条目</translation>
        </message>
        <message>
            <source>there is nothing to ask for, or no transaction to ask by</source>
            <translation>没有可请求的内容，或没有事务标识</translation>
        </message>
        <message>
            <source>there is nothing to send</source>
            <translation>没有可发送的内容</translation>
        </message>
        <message>
            <source>there is nothing to write</source>
            <translation>没有可写入的内容</translation>
        </message>
        <message>
            <source>there were too many associations</source>
            <translation>关联过多</translation>
        </message>
        <message>
            <source>there were too many connections</source>
            <translation>连接过多</translation>
        </message>
        <message>
            <source>these are images of %1 patients; a medium is for one</source>
            <translation>图像属于 %1 位患者；一份介质只能用于一位患者</translation>
        </message>
        <message>
            <source>thickness in mm</source>
            <translation>厚度，单位 mm</translation>
        </message>
        <message>
            <source>this character set is not known</source>
            <translation>未知的字符集</translation>
        </message>
        <message>
            <source>this is viewing-only mode</source>
            <translation>当前为仅浏览模式</translation>
        </message>
        <message>
            <source>this study has a signed report of %1, to which this one can only become an addendum: report addendum %2 --from %3</source>
            <translation>此检查已有 %1 签署的报告，此稿只能成为其补充：report addendum %2 --from %3</translation>
        </message>
        <message>
            <source>three or more points</source>
            <translation>三个或更多点</translation>
        </message>
        <message>
            <source>time</source>
            <translation>时间</translation>
        </message>
        <message>
            <source>time slice</source>
            <translation>时间片</translation>
        </message>
        <message>
            <source>time slot</source>
            <translation>时间槽</translation>
        </message>
        <message>
            <source>today's worklist from the node of the setting worklist.node</source>
            <translation>从设置 worklist.node 所指节点获取今日工作列表</translation>
        </message>
        <message>
            <source>token</source>
            <translation>令牌</translation>
        </message>
        <message>
            <source>tractography results</source>
            <translation>纤维束成像结果</translation>
        </message>
        <message>
            <source>transfer %1 is not paused</source>
            <translation>传输 %1 未暂停</translation>
        </message>
        <message>
            <source>transfer %1 is not through: %2</source>
            <translation>传输 %1 未完成：%2</translation>
        </message>
        <message>
            <source>transfer %1 is over already</source>
            <translation>传输 %1 已结束</translation>
        </message>
        <message>
            <source>transfer %1 is over, or runs already</source>
            <translation>传输 %1 已结束或正在进行</translation>
        </message>
        <message>
            <source>transfer %1 is running or done</source>
            <translation>传输 %1 正在进行或已完成</translation>
        </message>
        <message>
            <source>transfer %1 was stopped; %2 of %3 instances are through</source>
            <translation>传输 %1 已停止；已完成 %3 个实例中的 %2 个</translation>
        </message>
        <message>
            <source>trigger time</source>
            <translation>触发时间</translation>
        </message>
        <message>
            <source>true or false is wanted</source>
            <translation>需要 true 或 false</translation>
        </message>
        <message>
            <source>try again for this many seconds</source>
            <translation>在此秒数内反复重试</translation>
        </message>
        <message>
            <source>tube voltage</source>
            <translation>管电压</translation>
        </message>
        <message>
            <source>ultrasound region</source>
            <translation>超声区域</translation>
        </message>
        <message>
            <source>unchanged</source>
            <translation>不变</translation>
        </message>
        <message>
            <source>usage: %1</source>
            <translation>用法：%1</translation>
        </message>
        <message>
            <source>user and password</source>
            <translation>用户名和密码</translation>
        </message>
        <message>
            <source>version %1 of the report was changed after it was signed</source>
            <translation>报告的版本 %1 在签署之后被更改</translation>
        </message>
        <message>
            <source>version %1 of the report: %2</source>
            <translation>报告的版本 %1：%2</translation>
        </message>
        <message>
            <source>viewing only</source>
            <translation>仅浏览</translation>
        </message>
        <message>
            <source>waiting for the %1</source>
            <translation>正在等待 %1</translation>
        </message>
        <message>
            <source>waiting for the first image</source>
            <translation>正在等待第一幅图像</translation>
        </message>
        <message>
            <source>waits</source>
            <translation>等待中</translation>
        </message>
        <message>
            <source>what answers there does not speak DICOM</source>
            <translation>该处的应答方不支持 DICOM</translation>
        </message>
        <message>
            <source>what answers there does not speak HTTP as it should</source>
            <translation>对方的应答不符合 HTTP</translation>
        </message>
        <message>
            <source>what answers there does not speak TLS</source>
            <translation>对方不使用 TLS</translation>
        </message>
        <message>
            <source>what came over the encrypted connection was changed on the way</source>
            <translation>加密连接中的内容在途中被改动</translation>
        </message>
        <message>
            <source>what is to be retrieved and sent, and how far it is; run does what waits, also what a killed program left</source>
            <translation>待获取和发送的内容及其进度；run 执行等待中的传输，包括被终止的程序遗留的传输</translation>
        </message>
        <message>
            <source>what it really sends, where it declares a wrong one</source>
            <translation>其声明有误时实际发送的字符集</translation>
        </message>
        <message>
            <source>what shall be done with a report?</source>
            <translation>要对报告做什么？</translation>
        </message>
        <message>
            <source>what shall be imported?</source>
            <translation>要导入什么？</translation>
        </message>
        <message>
            <source>what the server says about the stored objects cannot be read</source>
            <translation>无法读取服务器关于已存储对象的说明</translation>
        </message>
        <message>
            <source>what this machine has: memory, disk, decoders, displays, OpenGL, peers</source>
            <translation>本机配置：内存、磁盘、解码器、显示器、OpenGL、对方节点</translation>
        </message>
        <message>
            <source>what was asked for is no UID</source>
            <translation>所请求的不是 UID</translation>
        </message>
        <message>
            <source>what was set aside at import and why; accept says that it is the same patient, and takes all of its kind in</source>
            <translation>导入时隔离了什么及其原因；accept 表示是同一位患者，并收入所有同类文件</translation>
        </message>
        <message>
            <source>what was signed before it is missing or was changed</source>
            <translation>在其之前签署的内容缺失或被改动</translation>
        </message>
        <message>
            <source>wheel</source>
            <translation>滚轮</translation>
        </message>
        <message>
            <source>where to leave pictures, report and acknowledgement</source>
            <translation>存放图片、报告和确认信息的位置</translation>
        </message>
        <message>
            <source>which node, and which study?</source>
            <translation>哪个节点，哪项检查？</translation>
        </message>
        <message>
            <source>which node?</source>
            <translation>哪个节点？</translation>
        </message>
        <message>
            <source>which report?</source>
            <translation>哪份报告？</translation>
        </message>
        <message>
            <source>which studies are open cannot be told</source>
            <translation>无法得知哪些检查处于打开状态</translation>
        </message>
        <message>
            <source>which study?</source>
            <translation>哪项检查？</translation>
        </message>
        <message>
            <source>which transfer? (see diascope transfers)</source>
            <translation>哪个传输？（见 diascope transfers）</translation>
        </message>
        <message>
            <source>who confirms an instance must have a name</source>
            <translation>确认实例的节点必须有名称</translation>
        </message>
        <message>
            <source>with run: no longer than this</source>
            <translation>与 run 合用：最长不超过</translation>
        </message>
        <message>
            <source>words of the name, any script</source>
            <translation>姓名中的词，不限文字</translation>
        </message>
        <message>
            <source>write a patient's disc: a folder with DICOMDIR, or an ISO image</source>
            <translation>写入患者光盘：含 DICOMDIR 的文件夹，或 ISO 映像</translation>
        </message>
        <message>
            <source>write, sign and export reports</source>
            <translation>书写、签署和导出报告</translation>
        </message>
        <message>
            <source>wrote %1 instances to %2</source>
            <translation>已向 %2 写入 %1 个实例</translation>
        </message>
        <message>
            <source>xorriso: %1</source>
            <translation>xorriso：%1</translation>
        </message>
        <message>
            <source>y</source>
            <translation>y</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>是</translation>
        </message>
        <message>
            <source>⚠ %1 of %2</source>
            <translation>⚠ %1/%2</translation>
        </message>
    </context>
</TS>
