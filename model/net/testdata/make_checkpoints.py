#!/usr/bin/env python3
"""Writes the checkpoints that checkpoint_pth_test and the command line's tests read: python3 make_checkpoints.py (needs PyTorch and NumPy).

They hold what real checkpoints hold, and a call that must never be made: loading one in Python would make a file.
"""
import os
import sys
import types
from collections import OrderedDict
from pathlib import Path

import numpy
import torch

HERE = Path(__file__).parent


class Call:
    """Pickles as a call of os.system."""

    def __reduce__(self):
        return os.system, ("touch pickle_was_run",)


class History:
    """An object with a state of its own, as training frameworks leave in their checkpoints."""

    def __init__(self):
        self.values = numpy.arange(3.0)
        self.window = {1, 2}


History.__module__ = "framework.logging"


def numbers(*shape, dtype=torch.float32):
    return torch.arange(int(numpy.prod(shape))).reshape(shape).to(dtype)


def weights(prefix):
    base = numbers(4, 3)
    state = OrderedDict(
        weight=numbers(2, 3),
        transposed=numbers(2, 3).t(),
        channels_last=numbers(1, 2, 2, 2).to(memory_format=torch.channels_last),
        view=base[1:3, 1:],
        shared=base,
        expanded=torch.tensor([7.0]).expand(3),
        empty=torch.zeros(0, 5),
        scalar=torch.tensor(5),
        parameter=torch.nn.Parameter(numbers(2)),
        half=numbers(3, dtype=torch.float16),
        bfloat16=numbers(3, dtype=torch.bfloat16),
        double=numbers(3, dtype=torch.float64),
        int32=-numbers(3, dtype=torch.int32),
        int16=-numbers(3, dtype=torch.int16),
        int8=-numbers(3, dtype=torch.int8),
        uint8=numbers(3, dtype=torch.uint8),
        bool=torch.tensor([True, False, True]),
    )
    state = OrderedDict((prefix + name, tensor) for name, tensor in state.items())
    state._metadata = OrderedDict(version=1)
    return state


def checkpoint():
    parameter = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.Adam([parameter])
    parameter.sum().backward()
    optimizer.step()
    return {
        "meta": {"epoch": 3, "best": numpy.float32(0.5), "big": 2**80, "small": -5, "call": Call()},
        "optimizer": optimizer.state_dict(),
        "message_hub": {"history": History(), "complex": torch.zeros(1, dtype=torch.complex64)},
        "state_dict": weights("module."),
    }


def backbone():
    """Some of EfficientNet-Lite0's weights, by name."""
    return OrderedDict(
        {
            "_conv_stem.weight": numbers(2, 3, 2, 2),
            "_bn0.weight": torch.ones(2),
            "_bn0.num_batches_tracked": torch.tensor(9),
            "_fc.weight": numbers(10, 2),
        }
    )


def main():
    package, module = types.ModuleType("framework"), types.ModuleType("framework.logging")
    module.History = History
    sys.modules.update({"framework": package, "framework.logging": module})

    torch.save(checkpoint(), HERE / "checkpoint_zip.pth")
    torch.save(checkpoint(), HERE / "checkpoint_old.pth", _use_new_zipfile_serialization=False)
    torch.save(weights(""), HERE / "weights_protocol4.pth", pickle_protocol=4)
    torch.save(backbone(), HERE / "efficientnet_lite0_parts.pth")


if __name__ == "__main__":
    main()
