"""What the documentation says of the options of a search."""

from __future__ import annotations

FILTER = (
    'Which records may be found, by their metadata: `{"field": value}` and the operators `$eq $ne $gt '
    "$gte $lt $lte $in $nin $exists $and $or $not`. `a.b` reads nested objects; `$eq` and `$in` match an "
    "element of a list too; `$ne`, `$nin` and `$not` also match where the field is missing. Numbers "
    "compare with numbers, strings with strings. At most 64 comparisons, 8 levels, 256 values in a list."
)
MODE = (
    "`vector` ranks by meaning, `keyword` by words (BM25), `hybrid` by the weighted sum of both scores, "
    "each scaled from 0 to 1 over the candidates of this search, `fusion` by the sum of 1 / (60 + rank). "
    "A score is the cosine, the inner product, or 1 / (1 + distance) for euclidean, by the collection's "
    "metric; hybrid's and fusion's compare within one answer only."
)
ALPHA = "The vector's weight in hybrid; 0.7 by default."
EF_SEARCH = (
    "How widely an indexed collection is searched: more finds more, and takes longer. By default chosen by size."
)
