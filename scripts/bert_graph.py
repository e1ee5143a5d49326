"""Write a BERT encoder's weights as an ONNX graph made for onnxruntime's CPU kernels.

Built by hand rather than traced: a trace bakes the example's length into the attention mask,
and the fused operators (attention, skip-layer-norm, bias-GELU) are named here directly.
Word vectors are stored as int8 with one scale a row, dense layers as int8 per output channel;
activations are quantised on the fly.
"""

import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

Weights = Mapping[str, NDArray[np.float32]]
FUSED = "com.microsoft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a BERT's config.json says of its size."""

    layers: int
    heads: int
    epsilon: float


@dataclass(slots=True)
class Graph:
    """Nodes and constants, collected in the order they run, over the weights of one BERT."""

    weights: Weights
    shape: Shape
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def add(self, op: str, *inputs: str, domain: str = "", output: str = "", **attributes: Any) -> str:
        """Append one operator and return its output's name."""
        output = output or f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def hold(self, name: str, value: NDArray[np.generic]) -> str:
        """Store a constant under this name."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def model(self, outputs: Mapping[str, int]) -> onnx.ModelProto:
        """Close the graph: `outputs` gives names and axes; inputs are ids and mask, int64 [n, length]."""
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "length"])
            for name in ("input_ids", "attention_mask")
        ]
        results = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * axes)
            for name, axes in outputs.items()
        ]
        graph = helper.make_graph(self.nodes, "bert", inputs, results, self.constants)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def encoder_model(weights: Weights, shape: Shape) -> onnx.ModelProto:
    """Return a graph whose output `vector` is mean-pooled and of length 1: [n, width]."""
    graph = Graph(weights, shape)
    mean = _mean(graph, _hidden(graph))
    graph.add("Div", mean, graph.add("ReduceL2", mean, axes=[-1], keepdims=1), output="vector")
    return graph.model({"vector": 2})


def classifier_model(
    weights: Weights, shape: Shape, head: NDArray[np.float32], bias: NDArray[np.float32]
) -> onnx.ModelProto:
    """Return a graph with a linear head, `head` [labels, width] and `bias` [labels], kept in float.

    `token_logits` [n, length, labels] is what each token gives, before the bias; their mean plus
    the bias is `logits` [n, labels]. The mean and the head commute, so this costs nothing.
    """
    graph = Graph(weights, shape)
    hidden = _hidden(graph)
    graph.add("MatMul", hidden, graph.hold("head.weight", head.T), output="token_logits")
    graph.add("Add", _mean(graph, "token_logits"), graph.hold("head.bias", bias), output="logits")
    return graph.model({"logits": 2, "token_logits": 3})


def save_int8(model: onnx.ModelProto, path: Path) -> None:
    """Quantise the dense layers per channel and write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder, _without_advice():
        full, small = Path(folder, "full.onnx"), Path(folder, "int8.onnx")
        onnx.save(model, full)
        quantize_dynamic(
            full,
            small,
            per_channel=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Attention"],
            nodes_to_exclude=["token_logits"],
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
        os.replace(small, path)


@contextmanager
def _without_advice() -> Iterator[None]:
    """Keep onnxruntime from recommending its pre-processing, which can't read fused operators."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _hidden(graph: Graph) -> str:
    mask = graph.add("Cast", "attention_mask", to=TensorProto.INT32)
    hidden = _embeddings(graph)
    for index in range(graph.shape.layers):
        hidden = _layer(graph, f"encoder.layer.{index}.", hidden, mask)
    return hidden


def _mean(graph: Graph, values: str) -> str:
    """Average [n, length, any] over the tokens that aren't padding."""
    mask = graph.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    weight = graph.add("Unsqueeze", mask, graph.hold("last", np.array([-1])))
    along = graph.hold("along", np.array([1]))
    total = graph.add("ReduceSum", graph.add("Mul", values, weight), along, keepdims=0)
    return graph.add("Div", total, graph.add("ReduceSum", weight, along, keepdims=0))


def _embeddings(graph: Graph) -> str:
    words = graph.weights["embeddings.word_embeddings.weight"]
    scale = np.maximum(np.abs(words).max(axis=1, keepdims=True) / 127, 1e-12).astype(np.float32)
    table = graph.hold("words", np.rint(words / scale).astype(np.int8))
    rows = graph.add("Cast", graph.add("Gather", table, "input_ids"), to=TensorProto.FLOAT)
    word = graph.add("Mul", rows, graph.add("Gather", graph.hold("scales", scale), "input_ids"))
    # One segment only, so its vector is folded into the positions'.
    segment = graph.weights["embeddings.token_type_embeddings.weight"][0]
    places = graph.hold("places", graph.weights["embeddings.position_embeddings.weight"] + segment)
    zero, one, two = (graph.hold(f"index_{value}", np.array([value])) for value in range(3))
    length = graph.add("Slice", graph.add("Shape", "input_ids"), one, two)
    place = graph.add("Slice", places, zero, length, zero)
    norm = _norm(graph, "embeddings.LayerNorm")
    return graph.add(
        "LayerNormalization", graph.add("Add", word, place), *norm, axis=-1, epsilon=graph.shape.epsilon
    )


def _layer(graph: Graph, prefix: str, hidden: str, mask: str) -> str:
    parts = [prefix + f"attention.self.{part}." for part in ("query", "key", "value")]
    joined = np.concatenate([graph.weights[part + "weight"] for part in parts]).T
    bias = np.concatenate([graph.weights[part + "bias"] for part in parts])
    inputs = [hidden, graph.hold(prefix + "qkv", joined), graph.hold(prefix + "qkv_bias", bias), mask]
    seen = graph.add("Attention", *inputs, domain=FUSED, num_heads=graph.shape.heads)
    hidden = _join(graph, prefix + "attention.output.", seen, hidden)
    wide = _dense(graph, prefix + "intermediate.dense.", hidden)
    inner = graph.add("BiasGelu", wide, _bias(graph, prefix + "intermediate.dense."), domain=FUSED)
    return _join(graph, prefix + "output.", inner, hidden)


def _join(graph: Graph, prefix: str, value: str, skip: str) -> str:
    """Dense layer, then the sum with what it started from, normalised."""
    dense = _dense(graph, prefix + "dense.", value)
    norm = _norm(graph, prefix + "LayerNorm")
    inputs = [dense, skip, *norm, _bias(graph, prefix + "dense.")]
    return graph.add("SkipLayerNormalization", *inputs, domain=FUSED, epsilon=graph.shape.epsilon)


def _dense(graph: Graph, prefix: str, value: str) -> str:
    return graph.add("MatMul", value, graph.hold(prefix + "weight", graph.weights[prefix + "weight"].T))


def _bias(graph: Graph, prefix: str) -> str:
    return graph.hold(prefix + "bias", graph.weights[prefix + "bias"])


def _norm(graph: Graph, prefix: str) -> tuple[str, str]:
    weight, bias = (f"{prefix}.weight", f"{prefix}.bias")
    return graph.hold(weight, graph.weights[weight]), graph.hold(bias, graph.weights[bias])
