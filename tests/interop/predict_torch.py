"""Loads a safetensors file of this program into a PyTorch module and writes its logits and embeddings.

The module is written anew here, as another program would: a residual network with torchvision's names, described by the file's metadata.
Usage: predict_torch.py MODEL.safetensors PIXELS COUNT OUT
PIXELS holds COUNT images, [COUNT, H, W, 3] bytes; OUT gets logits [COUNT, classes] and embeddings [COUNT, D], fp32.
"""
import json
import struct
import sys

import numpy
import torch
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, epsilon):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs, eps=epsilon)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs, eps=epsilon)
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs, eps=epsilon))
        else:
            self.downsample = nn.Identity()

    def forward(self, x):
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        return functional.relu(y + self.downsample(x))


class Network(nn.Module):
    def __init__(self, blocks, stacks, classes, epsilon):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64, eps=epsilon)
        self.stacks = stacks
        filters = 64
        for stack in range(stacks):
            outputs = 64 << stack
            layer = [Block(filters if b == 0 else outputs, outputs, 2 if stack > 0 and b == 0 else 1, epsilon) for b in range(blocks)]
            setattr(self, f"layer{stack + 1}", nn.Sequential(*layer))
            filters = outputs
        self.fc = nn.Linear(filters, classes)

    def forward(self, x):
        x = functional.max_pool2d(functional.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for stack in range(self.stacks):
            x = getattr(self, f"layer{stack + 1}")(x)
        embedding = x.mean(dim=(2, 3))
        return self.fc(embedding), embedding


def read(path):
    data = open(path, "rb").read()
    length, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__")
    arrays = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32", entry
        first, last = (8 + length + offset for offset in entry["data_offsets"])
        arrays[name] = torch.from_numpy(numpy.frombuffer(data[first:last], "<f4").reshape(entry["shape"]).copy())
    return metadata, arrays


def main(model, pixels, count, out):
    torch.set_num_threads(1)
    metadata, arrays = read(model)
    height, width = int(metadata["image_height"]), int(metadata["image_width"])
    network = Network(int(metadata["blocks"]), int(metadata["stacks"]), int(metadata["classes"]), float(metadata["batch_norm_epsilon"]))
    network.load_state_dict(arrays)
    network.eval()
    images = numpy.fromfile(pixels, numpy.uint8).reshape(int(count), height, width, 3)
    logits, embeddings = [], []
    with torch.no_grad():
        for part in numpy.array_split(images, max(1, len(images) // 100)):
            x = torch.from_numpy(part.transpose(0, 3, 1, 2).astype(numpy.float32))
            y, e = network((x - float(metadata["mean"])) / float(metadata["std"]))
            logits.append(y.numpy())
            embeddings.append(e.numpy())
    with open(out, "wb") as stream:
        stream.write(numpy.concatenate(logits).astype("<f4").tobytes())
        stream.write(numpy.concatenate(embeddings).astype("<f4").tobytes())
    print(torch.__version__)


main(*sys.argv[1:])
