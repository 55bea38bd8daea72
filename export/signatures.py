"""The serving signatures: what a client sends and what it gets back.

Every tensor has the batch as its first dimension. `k` is fixed when the model
is exported; `tokens` is the length of the longest text of the batch, in
words, at least 1.

`serving_default`: plain text to labels.

| in                 | type    | shape      | content                       |
|--------------------|---------|------------|-------------------------------|
| `text`             | string  | (batch,)   | any bytes; may be empty       |

| out                | type    | shape      | content                       |
|--------------------|---------|------------|-------------------------------|
| `labels`           | string  | (batch, k) | names, best first             |
| `probabilities`    | float32 | (batch, k) | descending                    |
| `label_ids`        | int32   | (batch, k) | ties: the lowest id first     |

`examples`: the same from `examples`, string `(batch,)`, serialized
`tf.train.Example`s with the one feature `text`.

`explain`: from `text` all of the above, and

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

Words behind the length that the model was trained with are not read and not
among the tokens.
"""

SERVE = "serving_default"
EXAMPLES = "examples"
EXPLAIN = "explain"
