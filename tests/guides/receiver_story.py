"""Posts to the receiver of the webhook guide and looks at what it does."""

import hashlib
import hmac
import json
import os
import threading
import urllib.error
import urllib.request

os.environ["SECRET"] = "correct-horse"
import receiver  # noqa: E402  (it reads its secret when it is imported)

server = receiver.ThreadingHTTPServer(("127.0.0.1", 0), receiver.Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def post(payload_id, sequence, webhook=1, secret=b"correct-horse"):
    payload = {
        "payload_id": payload_id,
        "webhook": {"id": webhook, "name": "Ledger sync"},
        "type": "entry.created",
        "object": {"url": f"http://127.0.0.1:8080/v2/entries/{sequence}"},
    }
    body = json.dumps(payload).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{server.server_port}/", data=body)
    request.add_header("x-noko-signature", hmac.new(secret, body, hashlib.sha256).hexdigest())
    request.add_header("x-carillon-sequence", str(sequence))
    try:
        return direct.open(request).status
    except urllib.error.HTTPError as error:
        return error.code


assert post("forged", 1, secret=b"correct-house") == 401
assert post("a", 1) == 204
assert post("a", 1) == 204, "a repeat is accepted and dropped"
assert post("c", 3) == 204, "a skip leaves a gap"
assert post("a", 1) == 204, "a late repeat is accepted and dropped"
assert post("x", 2, webhook=2) == 204, "another webhook has its own numbers"

done = []
inbox = receiver.open_inbox()
receiver.work(inbox, lambda payload: done.append(payload["payload_id"]))
assert done == ["a", "c", "x"], done

receiver.work(inbox, lambda payload: done.append(payload["payload_id"]))
assert done == ["a", "c", "x"], "what is done is not done again"

inbox.execute("delete from inbox where payload_id = 'a'")
assert post("a", 1) == 204
receiver.work(inbox, lambda payload: done.append(payload["payload_id"]))
assert done == ["a", "c", "x"], "a lower number is a late repeat, even of a forgotten payload"
server.shutdown()
