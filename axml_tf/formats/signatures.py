"""The serving signatures: what a client sends and what it gets back.

Every tensor, in and out, has the batch as its first dimension: TensorFlow
Serving puts requests together along it. `k` is fixed when the model is
exported, and so is `max_k`; `tokens` is the length of the longest text of the
batch, in words, at least 1.

`serving_default`: plain text to labels.

| in                 | type    | shape      | content                       |
|--------------------|---------|------------|-------------------------------|
| `text`             | string  | (batch,)   | any bytes; may be empty       |

| out                | type    | shape      | content                       |
|--------------------|---------|------------|-------------------------------|
| `labels`           | string  | (batch, k) | names, best first             |
| `probabilities`    | float32 | (batch, k) | descending                    |
| `label_ids`        | int32   | (batch, k) | ties: the lowest id first     |
| `truncated`        | bool    | (batch,)   | the text has more words than  |
|                    |         |            | the model was trained to read |

Words behind that length are not read, and not among the tokens below.

`examples`: the same from `examples`, string `(batch,)`, serialized
`tf.train.Example`s with the one feature `text`.

`classify`: `labels` and `probabilities` of the same examples under the names
that TensorFlow Serving's Classify wants: from `inputs`, `classes` and
`scores`.

`token_ids`: the same from `token_ids`, int32 `(batch, tokens)`, padded with 0
at the end, for callers that tokenise as `axml_tf/dataset/tokenizer.py` does.
An id outside of the vocabulary is INVALID_ARGUMENT.

`top_k`: as many labels as are asked for.

| in              | type    | shape    | content                            |
|-----------------|---------|----------|------------------------------------|
| `text`          | string  | (batch,) | as above                           |
| `k`             | int32   | (batch,) | most labels, from 1 to `max_k`;    |
|                 |         |          | else INVALID_ARGUMENT              |
| `threshold`     | float32 | (batch,) | least probability                  |

Its answer is that of `serving_default`, as wide as the largest `k` of the
batch, with

| out          | type  | shape    | content                                 |
|--------------|-------|----------|-----------------------------------------|
| `num_labels` | int32 | (batch,) | labels that `k` and `threshold` let     |
|              |       |          | through; behind them stand "", 0 and -1 |

`explain`: from `text` all of `serving_default`, and

| out         | type    | shape              | content                        |
|-------------|---------|--------------------|--------------------------------|
| `tokens`    | string  | (batch, tokens)    | words as written, valid UTF-8; |
|             |         |                    | "" at padding                  |
| `token_ids` | int32   | (batch, tokens)    | vocabulary ids; 0 at padding,  |
|             |         |                    | 1 for a word the model does    |
|             |         |                    | not know                       |
| `starts`    | int64   | (batch, tokens)    | byte offset in the text of a   |
|             |         |                    | word's start; -1 at padding    |
| `ends`      | int64   | (batch, tokens)    | one past its end; -1 at        |
|             |         |                    | padding                        |
| `attention` | float32 | (batch, k, tokens) | share of each word in each     |
|             |         |                    | label; sums to 1, 0 at padding |

`explain_label`: the same for a label that the caller names, from `text` and
`label`, string `(batch,)`; k is 1. A name that is no label of the model is
INVALID_ARGUMENT.
"""

SERVE = "serving_default"
EXAMPLES = "examples"
CLASSIFY = "classify"
TOKEN_IDS = "token_ids"
TOP_K = "top_k"
EXPLAIN = "explain"
EXPLAIN_LABEL = "explain_label"
