"""A small web server whose page names the node that serves it.

usage: page.py NODE PORT

It listens on both families and answers every request with one line: which node, and which address was asked for.
"""

import asyncio
import socket
import sys


async def answer(reader, writer, node):
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), timeout=5)
        host = next((line[5:].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"host:")), b"?")
        body = b"Hello from %s, by way of %s\n" % (node.encode(), host)
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"
            b"X-Node: %s\r\nContent-Length: %d\r\n\r\n%s" % (node.encode(), len(body), body)
        )
        await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.TimeoutError, OSError):
        pass
    finally:
        writer.close()


async def main(node, port):
    listener = socket.socket(socket.AF_INET6)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind(("::", port))
    server = await asyncio.start_server(lambda r, w: answer(r, w, node), sock=listener, backlog=256)
    await server.serve_forever()


if len(sys.argv) != 3:
    sys.exit(__doc__)
asyncio.run(main(sys.argv[1], int(sys.argv[2])))
