"""PyTorch, eager, on as many threads as the first argument says.

The process of a rival in Python: a line of JSON in, a line of JSON out, as lib/contestant.mjs describes.
"""

import base64
import json
import sys
import time


def main(threads):
    run = None
    for line in sys.stdin:
        try:
            if run is None:
                run = trainer(json.loads(line), threads)
                said = {"threads": threads}
            else:
                start, start_cpu = time.perf_counter(), time.process_time()
                loss = run(int(line))
                ms = 1000 * (time.perf_counter() - start)
                said = {"loss": loss, "ms": ms, "cpu": 1000 * (time.process_time() - start_cpu)}
        except Exception as error:  # the bench goes on without this rival, and says why
            said = {"cannot": (str(error) or repr(error)).splitlines()[0]}
        print(json.dumps(said), flush=True)


def trainer(task, threads):
    import torch  # here, so that its absence is an answer

    from models import models

    torch.manual_seed(0)
    torch.set_num_threads(threads)

    def tensor(text, shape, dtype=torch.float32):
        return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=dtype).reshape(shape)

    weights = {
        layer: {name: tensor(one["values"], one["shape"]) for name, one in ones.items()}
        for layer, ones in task["weights"].items()
    }
    x = tensor(task["x"], task["input"])
    labels = tensor(task["labels"], [-1], torch.int32).long()

    model = models[task["model"]](weights, task)
    adam = task["adam"]
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(
        trained, lr=adam["rate"], betas=(adam["beta1"], adam["beta2"]), eps=adam["epsilon"]
    )

    def run(steps):
        for _ in range(steps):
            optimizer.zero_grad(set_to_none=True)
            loss = torch.nn.functional.cross_entropy(model(x).reshape(len(labels), -1), labels)
            loss.backward()
            optimizer.step()
        return loss.item()

    return run


if __name__ == "__main__":
    main(int(sys.argv[1]))
