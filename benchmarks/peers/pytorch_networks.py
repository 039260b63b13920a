"""The networks A(B_r, i, j) of src/ActiveInas/Networks in PyTorch, layer by layer the same.

Geifman and El-Yaniv, arXiv 1811.07579: stem conv 3x3 of 64 filters, BN, ReLU, max-pool 3x3 stride 2; j stacks of i basic residual blocks
with 64 * 2^(s-1) filters, stride 2 in the first block of stacks 2..j; global average pool, dense layer. Padding is symmetric and
convolutions before a BN carry no bias, as in our engine (docs/deviations.md). Layers are named as torchvision and our model files name them.

Print the parameter counts:

    python3 pytorch_networks.py "A(1,1)" "A(1,2)" "A(2,4)"
"""

import math
import re
import sys

import torch
from torch import nn

BASE_CHANNELS = 64

# Of a normal with deviation 1 cut at +-2, as WeightInitializer.cs has it.
TRUNCATED_DEVIATION = 0.87962566103423978


class ResidualBlock(nn.Module):
    """B_r: y = relu(BN(conv(relu(BN(conv(x))))) + shortcut(x)); x is [N, C, H, W], y is [N, K, H / stride, W / stride]."""

    def __init__(self, channels, filters, stride, norm):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters, **norm)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters, **norm)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = nn.Identity() if stride == 1 else nn.Sequential(
            nn.Conv2d(channels, filters, 1, stride, bias=False), nn.BatchNorm2d(filters, **norm))

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += self.downsample(x)
        return self.relu(y)


class ResidualNetwork(nn.Module):
    """A(B_r, blocks, stacks): [N, 3, H, W] -> logits [N, classes]. norm: the recipe `quick` of our trainer."""

    def __init__(self, blocks, stacks, classes=10, norm=None):
        super().__init__()
        norm = norm or {"eps": 1e-5, "momentum": 0.1}
        self.conv1 = nn.Conv2d(3, BASE_CHANNELS, 3, 1, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(BASE_CHANNELS, **norm)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, padding=1)
        channels = BASE_CHANNELS
        self.body = []
        for stack in range(stacks):
            filters = BASE_CHANNELS << stack
            layers = []
            for index in range(blocks):
                layers.append(ResidualBlock(channels, filters, 2 if stack > 0 and index == 0 else 1, norm))
                channels = filters
            self.body.append(nn.Sequential(*layers))
            self.add_module(f"layer{stack + 1}", self.body[-1])
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, classes)
        self.apply(initialize)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for layer in self.body:
            x = layer(x)
        return self.fc(torch.flatten(self.avgpool(x), 1))


def initialize(module):
    """He-normal by fan-in, cut at two sigma, for kernels and the dense layer; biases 0 (arXiv 1502.01852)."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        fan_in = module.weight[0].numel()
        sigma = math.sqrt(2.0 / fan_in) / TRUNCATED_DEVIATION
        nn.init.trunc_normal_(module.weight, 0.0, sigma, -2 * sigma, 2 * sigma)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def optimizer(network, learning_rate=0.01, momentum=0.9, weight_decay=1e-3):
    """Nesterov SGD, weight decay on convolution kernels only; the fused step, PyTorch's fastest."""
    kernels = [p for p in network.parameters() if p.dim() == 4]
    others = [p for p in network.parameters() if p.dim() != 4]
    groups = [{"params": kernels, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.SGD(groups, lr=learning_rate, momentum=momentum, nesterov=True, fused=True)


def parameter_count(network):
    """Trainable scalars."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


def parse(name):
    """'A(2,4)' -> (2, 4): blocks a stack, stacks."""
    match = re.fullmatch(r"A\(\s*(\d+)\s*,\s*(\d+)\s*\)", name.strip())
    if not match or min(int(match[1]), int(match[2])) < 1:
        raise ValueError(f"'{name}' is no network, wanted A(i,j) with i blocks and j stacks of at least 1, for example A(2,4).")
    return int(match[1]), int(match[2])


def split(names):
    """'A(1,2),A(2,4)' or 'A(1,2) A(2,4)' -> [(1, 2), (2, 4)]."""
    parts = re.findall(r"A\([^)]*\)|[^\s,;]+", names)
    if not parts:
        raise ValueError("no network named, wanted for example 'A(1,2) A(2,4)'.")
    return [parse(part) for part in parts]


def main():
    """Prints the parameter counts with 10 classes."""
    for blocks, stacks in split(" ".join(sys.argv[1:]) or "A(1,1) A(1,2) A(2,4) A(5,3)"):
        print(f"A({blocks},{stacks}) {parameter_count(ResidualNetwork(blocks, stacks))}")


if __name__ == "__main__":
    main()
