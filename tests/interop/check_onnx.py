"""Checks ONNX files with the onnx package: the full check, and shape inference that accepts no unknown shape. Prints a line of JSON a file.

Usage: check_onnx.py FILE...   (Debian: python3-onnx)
"""
import json
import sys

import onnx

for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    known = {value.name: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
             for value in [*inferred.graph.value_info, *inferred.graph.input, *inferred.graph.output]}
    unknown = [name for node in inferred.graph.node for name in node.output if not known.get(name)]
    print(json.dumps({
        "onnx": onnx.__version__,
        "ir_version": model.ir_version,
        "opset": [[entry.domain, entry.version] for entry in model.opset_import],
        "operators": sorted({node.op_type for node in model.graph.node}),
        "unknown": unknown,
        "shapes": {name: known[name] for name in ("input", "logits", "probabilities", "embedding")},
    }))
