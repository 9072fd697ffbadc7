"""Tokenizers and text encoders that know single characters."""

import json
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
    T5TokenizerFast,
)
from transformers.convert_slow_tokenizer import bytes_to_unicode

WIDTH = 32
CLIP_TOKENS = 514  # 256 bytes, as many at the end of a word, and two specials


def clip_tokenizer(folder: Path) -> Any:
    """A byte-level BPE without merges."""
    symbols = list(bytes_to_unicode().values())
    tokens = [*symbols, *(f"{symbol}</w>" for symbol in symbols), "<|startoftext|>", "<|endoftext|>"]
    folder.mkdir()
    (folder / "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer.from_pretrained(folder, model_max_length=77)


def clip_encoder(*, projects: bool = False) -> Any:
    config = CLIPTextConfig(
        vocab_size=CLIP_TOKENS,
        hidden_size=WIDTH,
        intermediate_size=37,
        num_hidden_layers=2,
        num_attention_heads=4,
        projection_dim=WIDTH,
        bos_token_id=CLIP_TOKENS - 2,
        eos_token_id=CLIP_TOKENS - 1,
        pad_token_id=CLIP_TOKENS - 1,
    )
    return CLIPTextModelWithProjection(config) if projects else CLIPTextModel(config)


def t5_tokenizer(folder: Path) -> Any:
    """A unigram model of the printable characters of ASCII."""
    specials = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -10.0), ("\u2581", -2.0)]
    tokenizer = Tokenizer(models.Unigram([*specials, *((chr(code), -4.0) for code in range(33, 127))], unk_id=2))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        model_max_length=512,
        padding_side="right",
        model_input_names=["input_ids", "attention_mask"],
    ).save_pretrained(folder)
    said = folder / "tokenizer_config.json"
    said.write_text(json.dumps(json.loads(said.read_text()) | {"tokenizer_class": "T5TokenizerFast", "extra_ids": 0}))
    return T5TokenizerFast.from_pretrained(folder, extra_ids=0)


def t5_encoder() -> Any:
    return T5EncoderModel(T5Config(vocab_size=128, d_model=WIDTH, d_kv=8, d_ff=37, num_layers=2, num_heads=4))
