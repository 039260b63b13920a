"""Training and inference throughput of the networks A(B_r, i, j) in PyTorch, on the CPU; one JSON object on stdout.

    python3 pytorch_bench.py --networks "A(1,2) A(2,4)" --variant eager-bf16 --seconds 5

Keys are those of `ainas bench --json`. Images are in memory, channels_last; a training step is forward, cross-entropy, backward and
Nesterov SGD; an inference step ends with the logits. Variants (what each measures, t = training, i = inference):

    eager-fp32    t i   plain PyTorch in float32
    eager-bf16    t i   plain PyTorch under bf16 autocast (the main peer)
    compile-fp32  t i   torch.compile; inference with weight freezing
    compile-bf16  t i   the same under bf16 autocast
    freeze-fp32     i   torch.jit.trace, freeze, optimize_for_inference
    freeze-bf16     i   the same, traced under bf16 autocast
    cast-bf16       i   eager with the weights themselves cast to bf16

A variant that fails says so in the object's `error` and leaves the rates null; the exit status is 3 then.
"""

import argparse
import json
import os
import sys
import time
import warnings

import torch
from torch.nn.functional import cross_entropy

import pytorch_networks as networks

SCHEMA_VERSION = 1
WARMUP_STEPS = 3
CHECK_STEPS = 12
DISTINCT_BATCHES = 4

TRAIN_VARIANTS = ("eager-fp32", "eager-bf16", "compile-fp32", "compile-bf16")
VARIANTS = TRAIN_VARIANTS + ("freeze-fp32", "freeze-bf16", "cast-bf16")


class LossDidNotFall(Exception):
    """The network does not learn, so its speed means nothing."""


def batches(count, size, image_size, classes):
    """Normalised images [N, 3, H, W] in channels_last with labels [N]."""
    generator = torch.Generator().manual_seed(1)
    for _ in range(count):
        images = torch.randn(size, 3, image_size, image_size, generator=generator)
        labels = torch.randint(classes, (size,), generator=generator)
        yield images.contiguous(memory_format=torch.channels_last), labels


def autocast(variant):
    """bf16 autocast where the variant's name says so."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=variant.endswith("bf16") and variant != "cast-bf16")


def images_per_second(step, batch, seconds):
    """step(k) is called for k = 0, 1, ...: a warm-up, then at least `seconds` and three steps on the clock."""
    for k in range(WARMUP_STEPS):
        step(k)
    steps = 0
    begin = time.perf_counter()
    while True:
        step(steps)
        steps += 1
        elapsed = time.perf_counter() - begin
        if elapsed >= seconds and steps >= 3:
            return steps * batch / elapsed


def make_step(network, optimizer, variant):
    """(images, labels) -> loss: one training step. The loss is read every step, as our trainer reads it."""
    forward = torch.compile(network) if variant.startswith("compile") else network

    def step(images, labels):
        optimizer.zero_grad(set_to_none=True)
        with autocast(variant):
            loss = cross_entropy(forward(images), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def measure_training(options, blocks, stacks):
    """Loss check on a fixed batch, then the rate over a few different batches."""
    torch.manual_seed(options.seed)
    network = networks.ResidualNetwork(blocks, stacks, options.classes).to(memory_format=torch.channels_last).train()
    data = list(batches(DISTINCT_BATCHES, options.train_batch, options.image_size, options.classes))
    step = make_step(network, networks.optimizer(network), options.variant)
    losses = [step(*data[0]) for _ in range(CHECK_STEPS)]
    if not losses[-1] < losses[0]:
        raise LossDidNotFall(f"the loss on a fixed batch went from {losses[0]:.4f} to {losses[-1]:.4f} in {CHECK_STEPS} steps; it must fall.")
    rate = images_per_second(lambda k: step(*data[k % DISTINCT_BATCHES]), options.train_batch, options.seconds)
    return {"train_images_per_second": rate, "loss_first": losses[0], "loss_last": losses[-1]}


def prepare_inference(network, images, variant):
    """The network as the variant runs it for batches of the shape of `images`."""
    kind = variant.split("-")[0]
    if kind == "cast":
        return network.to(torch.bfloat16)
    if kind == "compile":
        import torch._inductor.config as inductor
        inductor.freezing = True
        return torch.compile(network)
    if kind == "freeze":
        # Without LLVM (Debian's build has none) the fuser of TorchScript interprets what it fuses: minutes for a batch.
        torch._C._jit_set_texpr_fuser_enabled(False)
        # The autocast cache would keep copies of the weights that the tracer takes for inputs.
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=variant == "freeze-bf16", cache_enabled=False):
            frozen = torch.jit.freeze(torch.jit.trace(network, images))
        return torch.jit.optimize_for_inference(frozen)
    return network


def measure_inference(options, blocks, stacks):
    """The rate at every batch size and the best of them."""
    rates = {}
    for batch in options.inference_batches:
        torch.manual_seed(options.seed)
        network = networks.ResidualNetwork(blocks, stacks, options.classes).to(memory_format=torch.channels_last).eval()
        data = [images for images, _ in batches(DISTINCT_BATCHES, batch, options.image_size, options.classes)]
        if options.variant == "cast-bf16":
            data = [images.to(torch.bfloat16) for images in data]
        # A frozen graph holds its casts already.
        context = autocast("eager-fp32" if options.variant.startswith("freeze") else options.variant)
        forward = prepare_inference(network, data[0], options.variant)
        # no_grad, not inference_mode, where the compiler freezes: it refuses inference tensors.
        guard = torch.no_grad() if options.variant.startswith("compile") else torch.inference_mode()
        with guard, context:
            if not torch.isfinite(forward(data[0])).all():
                raise ArithmeticError(f"the logits of a batch of {batch} are not finite.")
            rates[batch] = images_per_second(lambda k: forward(data[k % DISTINCT_BATCHES]), batch, options.seconds)
    best = max(rates, key=rates.get)
    return {"inference_images_per_second": rates[best], "inference_batch": best, "inference_by_batch": {str(b): r for b, r in rates.items()}}


def measure(options, blocks, stacks):
    """One entry of `networks` in the output."""
    result = {
        "network": f"A({blocks},{stacks})", "blocks": blocks, "stacks": stacks,
        "parameters": networks.parameter_count(networks.ResidualNetwork(blocks, stacks, options.classes)),
        "train_batch": options.train_batch, "train_images_per_second": None, "inference_images_per_second": None, "inference_batch": None,
    }
    parts = []
    if options.measure != "infer" and options.variant in TRAIN_VARIANTS:
        parts.append(("training", measure_training))
    if options.measure != "train":
        parts.append(("inference", measure_inference))
    errors = []
    for name, function in parts:
        try:
            result.update(function(options, blocks, stacks))
        except Exception as error:  # whatever a compiler or tracer throws is the finding
            text = " ".join(str(error).split())
            errors.append(f"{name}: {type(error).__name__}: {text[:300]}")
    if errors:
        result["error"] = "; ".join(errors)
        print(f"pytorch_bench: {options.variant} does not work here for {result['network']}: {result['error']}", file=sys.stderr)
    return result


def environment(options):
    """What the figures depend on."""
    return {
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "variant": options.variant,
        "channels_last": True,
        "limits": {name: os.environ[name] for name in ("ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY", "OMP_NUM_THREADS") if name in os.environ},
    }


def parse_arguments():
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", default="A(1,2)", help="for example 'A(1,2) A(2,4)' (default A(1,2))")
    parser.add_argument("--variant", choices=VARIANTS, default="eager-bf16")
    parser.add_argument("--measure", choices=("both", "train", "infer"), default="both")
    parser.add_argument("--seconds", type=float, default=5.0, help="of every measurement: training, and inference at each batch size")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="default: all cores this process may use")
    parser.add_argument("--train-batch", type=int, default=128)
    parser.add_argument("--inference-batches", default="128,256,500")
    parser.add_argument("--image-size", type=int, default=32)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="taken and ignored: the output is always JSON, as of `ainas bench --json`")
    options = parser.parse_args()
    try:
        options.networks = networks.split(options.networks)
        options.inference_batches = [int(text) for text in options.inference_batches.split(",")]
    except ValueError as error:
        parser.error(str(error))
    if min([options.threads, options.train_batch, options.image_size, options.classes] + options.inference_batches) < 1 or options.seconds < 0:
        parser.error("threads, batches, image size and classes must be at least 1, seconds at least 0.")
    return options


def main():
    """Measures every network in turn and prints one JSON object."""
    options = parse_arguments()
    warnings.filterwarnings("ignore", category=UserWarning)
    torch.set_num_threads(options.threads)
    entries = [measure(options, blocks, stacks) for blocks, stacks in options.networks]
    print(json.dumps({"schema_version": SCHEMA_VERSION, **environment(options), "networks": entries}))
    return 3 if any("error" in entry for entry in entries) else 0


if __name__ == "__main__":
    sys.exit(main())
