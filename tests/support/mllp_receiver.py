#!/usr/bin/python3
"""An MLLP server made of python3-hl7, which is not ours: writes each message it gets to FOLDER/0001.hl7 … (the bytes as they
came) and answers as told. Prints its port on the first line.

mllp_receiver.py FOLDER ANSWER[,ANSWER…]   the nth message gets the nth answer, the last one stays in force
answers: AA AE AR CA CE CR, named (AE with a patient's name), CA+AA (both), wrong (AA for another message), wrong+AA (both), none (no answer), close (closes without)
"""
import asyncio
import os
import sys

import hl7
from hl7.mllp import start_hl7_server

folder, answers = sys.argv[1], sys.argv[2].split(",")
count = 0


def ack(message, code, control_id=None, text="the receiver says %s"):
    answer = message.create_ack(code)
    if control_id:
        answer["MSA"][0][2] = control_id
    if code in ("AE", "AR", "CE", "CR"):
        answer["MSA"][0].append(hl7.Field("~", [text.replace("%s", code)]))
    return answer


async def serve(reader, writer):
    global count
    try:
        while not writer.is_closing():
            message = await reader.readmessage()
            count += 1
            path = os.path.join(folder, "%04d.hl7" % count)
            with open(path + ".part", "wb") as f:
                f.write(str(message).encode(reader.encoding, "surrogateescape"))
            os.rename(path + ".part", path)
            for answer in answers[min(count, len(answers)) - 1].split("+"):
                if answer == "none":
                    pass
                elif answer == "close":
                    writer.close()
                    return
                elif answer == "wrong":
                    writer.writemessage(ack(message, "AA", "NOT-YOURS"))
                elif answer == "named":
                    writer.writemessage(ack(message, "AE", text="unknown patient Doe, Jane"))
                else:
                    writer.writemessage(ack(message, answer))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    # surrogateescape keeps bytes of any character set whole
    server = await start_hl7_server(serve, host="127.0.0.1", port=0, encoding="utf-8", encoding_errors="surrogateescape")
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
