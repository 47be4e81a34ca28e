"""Fetches a page again and again, and says how long it could not be had.

usage: probe.py ADDRESS PORT RESULT [SECONDS]

Begins a fetch every 20 ms, each on a connection of its own and each given 250 ms, whatever became of those before. On
SIGTERM, or after SECONDS (60), writes to the file RESULT one JSON object:

  requests    how many fetches were begun
  lost        how many got no page
  outage      seconds from the begin of the first lost fetch to the begin of the first one answered after the last
              lost; 0 when none was lost
  nodes       the nodes that answered, each with the number of pages, in order of their first page
  recovered   whether a fetch was answered after the last lost one
"""

import asyncio
import json
import os
import signal
import sys
import time

INTERVAL = 0.02
PATIENCE = 0.25


async def page(address, port):
    """The node that the page names, or None."""
    writer = None
    try:
        reader, writer = await asyncio.open_connection(address, port)
        writer.write(b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % address.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            return None
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"x-node:"):
                return line[7:].strip().decode()
        return None
    except (asyncio.IncompleteReadError, OSError):
        return None
    finally:
        if writer is not None:
            writer.transport.abort()


async def fetch(address, port, begun, fetches):
    try:
        node = await asyncio.wait_for(page(address, port), PATIENCE)
    except asyncio.TimeoutError:
        node = None
    fetches.append((begun, node))


def summary(fetches):
    fetches = sorted(fetches)
    lost = [begun for begun, node in fetches if node is None]
    nodes = {}
    for _, node in fetches:
        if node is not None:
            nodes[node] = nodes.get(node, 0) + 1
    after = [begun for begun, node in fetches if node is not None and (not lost or begun > lost[-1])]
    outage = 0.0
    if lost:
        outage = (after[0] if after else fetches[-1][0]) - lost[0]
    return {
        "requests": len(fetches),
        "lost": len(lost),
        "outage": round(outage, 3),
        "nodes": nodes,
        "recovered": bool(after),
    }


async def main(address, port, result, seconds):
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    fetches, running = [], set()
    begin = time.monotonic()
    count = 0
    while not stop.is_set() and time.monotonic() < begin + seconds:
        task = asyncio.create_task(fetch(address, port, time.monotonic(), fetches))
        running.add(task)
        task.add_done_callback(running.discard)
        count += 1
        await asyncio.sleep(max(0, begin + count * INTERVAL - time.monotonic()))
    await asyncio.gather(*running)
    with open(result + ".part", "w") as file:
        json.dump(summary(fetches), file)
    os.rename(result + ".part", result)


if len(sys.argv) not in (4, 5):
    sys.exit(__doc__)
asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4]) if len(sys.argv) == 5 else 60))
