"""GPT-2 in plain PyTorch, top to bottom, with the checkpoint's own names.

In shapes: b batch, t time (the tokens of this call), p past (the tokens in the cache),
h heads, d head_dim, n n_embd = h * d, v vocab_size.
"""

import math

import torch
from torch import nn


class Linear(nn.Module):
    """An affine map that stores its weight as GPT-2's checkpoint does: (n_in, n_out)."""

    def __init__(self, n_out, n_in):
        super().__init__()
        # [MASK mlp/linear-weight] torch.randn(n_in, n_out)
        # hint: A random tensor with standard deviation 1; the docstring says in which layout.
        # 提示: 一个标准差为 1 的随机张量；布局见文档字符串。
        # hint: torch.randn takes one size after another: which of the two widths comes first here?
        # 提示: torch.randn 依次接收各个维度：这里哪个宽度在前？
        self.weight = nn.Parameter(0.02 * torch.randn(n_in, n_out))
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        # [MASK mlp/linear-forward] x @ self.weight + self.bias
        # hint: nn.Linear keeps its weight the other way round; yours needs no transpose.
        # 提示: nn.Linear 的权重方向正好相反；这里不需要转置。
        # hint: A product of x with the weight, rows of x times columns of the weight, then one sum.
        # 提示: x 与 weight 的矩阵乘积，再做一次加法。
        # hint: x's last axis is as wide as the weight's first: the operator is @.
        # 提示: x 的最后一维和 weight 的第一维都是 n_in 宽：用 @ 运算符。
        return x @ self.weight + self.bias  # (..., n_in) -> (..., n_out)


def gelu_new(x):
    """GPT-2's activation: the tanh approximation of GELU, arXiv 1606.08415, section 2."""
    # [MASK mlp/gelu-new]
    # hint: The paper gives two approximations; take the one with tanh, down to the last digit.
    # 提示: 论文给了两个近似式，取带 tanh 的那个，每一位数字都要对。
    # hint: Half of x, times one plus a tanh. Inside the tanh stands a constant times a polynomial.
    # 提示: x 的一半，乘以（1 加一个 tanh）。tanh 里面是一个常数乘一个多项式。
    # hint: The constant is the root of 2 over pi; the polynomial is x and 0.044715 of its cube.
    # 提示: 常数是 2 除以 π 的平方根；多项式是 x 加上 0.044715 倍的 x 的立方。
    return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3)))


class MLP(nn.Module):
    def __init__(self, n_state, config):        # n_state: the MLP's inner width, 4 * n_embd
        super().__init__()
        nx = config.n_embd
        # [MASK mlp/c-fc] Linear
        # hint: Which layer of this file has a weight of shape (n_in, n_out)?
        # 提示: 本文件里哪个层的权重形状是 (n_in, n_out)？
        # hint: It is a class that stands at the top of this file; the arguments are given already.
        # 提示: 是写在文件开头的那个类；参数已经给好了。
        self.c_fc = Linear(n_state, nx)
        # [MASK mlp/c-proj] Linear
        # hint: The same kind of layer, on the way back.
        # 提示: 同一种层，这次走回程。
        # hint: Compare the two lines: only the order of the widths differs.
        # 提示: 比较这两行：只有宽度的顺序不同。
        self.c_proj = Linear(nx, n_state)
        # [MASK mlp/act] gelu_new
        # hint: GPT-2's activation stands a few lines above. It is kept here, not called.
        # 提示: GPT-2 的激活函数就在上面几行。这里只是保存它，并不调用。
        # hint: A function without parentheses behind it is a value like any other.
        # 提示: 函数名后面不加括号，就是一个普通的值。
        self.act = gelu_new
        self.dropout = nn.Dropout(config.resid_pdrop)
    def forward(self, x):
        # [MASK mlp/widen] self.c_fc(x)
        # hint: The activation acts on the wide vector. How does x become wide?
        # 提示: 激活作用在变宽后的向量上。x 怎样变宽？
        # hint: Two layers were made in __init__. One of them makes n_embd numbers into n_state.
        # 提示: __init__ 里造了两个层。其中一个把 n_embd 个数变成 n_state 个。
        # hint: Call the first of the two layers on what forward is given.
        # 提示: 对 forward 收到的输入调用第一个层。
        h = self.act(self.c_fc(x))
        # [MASK mlp/narrow] h
        # hint: What has been activated is made narrow again.
        # 提示: 激活之后的结果再变窄。
        # hint: Which name does the line above give to what was activated?
        # 提示: 上一行给激活后的结果起了什么名字？
        h2 = self.c_proj(h)
        return self.dropout(h2)


class Attention(nn.Module):
    """Causal self-attention with several heads, arXiv 1706.03762, section 3.2, and a cache.

    `layer_past`: None, or key and value of the p earlier tokens, each (b, h, p, d).
    `attention_mask`: None, or numbers added to the scores, broadcastable to (b, h, t, p + t).
    Returns the output (b, t, n) and `present`: key and value of all tokens, (b, h, p + t, d).
    """

    def __init__(self, nx, n_ctx, config, scale=False):
        super().__init__()
        self.n_head = config.n_head
        self.scale = scale  # whether scores are scaled down, as the paper does
        # [MASK attention/c-attn] Linear(3 * nx, nx)
        # hint: One layer that makes queries, keys and values at once: how wide is its output?
        # 提示: 一个层同时产生 query、key、value：输出有多宽？
        # hint: Three things, each as wide as x, side by side. Which argument of Linear comes first?
        # 提示: 三样东西并排，每样与 x 一样宽。Linear 的第一个参数是什么？
        self.c_attn = Linear(3 * nx, nx)  # query, key and value side by side, in this order
        self.c_proj = Linear(nx, nx)
        self.attn_dropout = nn.Dropout(config.attn_pdrop)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)
        # [MASK attention/visible] torch.ones(n_ctx, n_ctx, dtype=torch.bool).tril()
        # hint: A square of booleans: row i (query) is True in column j (key) if i may see j.
        # 提示: 一个布尔方阵：第 i 行（query）能看见第 j 列（key）时为 True。
        # hint: Begin with a square of ones, n_ctx on each side, of dtype bool.
        # 提示: 从一个边长 n_ctx 的全 1 方阵开始，dtype 为 bool。
        # hint: Then keep the lower triangle with its diagonal: tensors have a method for that.
        # 提示: 然后只保留下三角，包括对角线：张量有一个方法做这件事。
        visible = torch.ones(n_ctx, n_ctx, dtype=torch.bool).tril()
        self.register_buffer("visible", visible, persistent=False)  # no part of the checkpoint

    def split_heads(self, x):  # (b, t, n) -> (b, h, t, d)
        # [MASK attention/split-heads]
        # hint: Cut the last axis in two, then exchange two axes. A view alone mixes tokens.
        # 提示: 先把最后一维切成两维，再交换两个轴。只用 view 会把 token 混在一起。
        # hint: After the cut the axes are token, head, width; wanted are head, token, width.
        # 提示: 切开之后的顺序是 token、头、宽度；要的是头、token、宽度。
        # hint: unflatten cuts into (self.n_head, -1); transpose exchanges axes 1 and 2. Return it.
        # 提示: unflatten 把一维切成 (self.n_head, -1)；transpose 交换第 1、2 维。别忘了 return。
        return x.unflatten(-1, (self.n_head, -1)).transpose(1, 2)

    def merge_heads(self, x):  # (b, h, t, d) -> (b, t, n)
        # [MASK attention/merge-heads]
        # hint: Undo split_heads, step by step, in the opposite order.
        # 提示: 按相反的顺序，一步一步撤销 split_heads。
        # hint: The exchange of axes comes first now; then the last two axes become one.
        # 提示: 这次先换轴，再把最后两维合成一维。
        # hint: transpose, then flatten from axis 2 on (a view would need contiguous()). Return it.
        # 提示: 先 transpose，再从第 2 维起 flatten（用 view 要先 contiguous()）。别忘了 return。
        return x.transpose(1, 2).flatten(2)

    def attend(self, query, key, value, attention_mask):
        # [MASK attention/scores] query @ key.transpose(-1, -2)
        # hint: The dot product of each query with each key: the shape behind says how they lie.
        # 提示: 每个 query 与每个 key 的点积：行尾的形状告诉你怎样摆放。
        # hint: A matrix product over the last axis of both: one of the two has to be turned.
        # 提示: 在两者的最后一维上做矩阵乘积：其中一个要先转置。
        # hint: query @ something: (t, d) times (d, p + t). Exchange the last two axes of the key.
        # 提示: query @ 某物：(t, d) 乘 (d, p + t)。交换 key 的最后两维。
        scores = query @ key.transpose(-1, -2)  # (b, h, t, p + t)
        if self.scale:
            # [MASK attention/scale]
            # hint: Equation 1 of the paper. Its d_k is the width of one head.
            # 提示: 论文的公式 1，其中 d_k 是一个头的宽度。
            # hint: Divide; by a root. Which axis of the query says how wide a head is?
            # 提示: 做除法，除以一个平方根。query 的哪一维说明了头有多宽？
            # hint: Give scores a new value: itself over the root of the query's last size.
            # 提示: 给 scores 赋新值：它自己除以 query 最后一维大小的平方根。
            scores = scores / math.sqrt(query.size(-1))
        if attention_mask is not None:
            # [MASK attention/additive-mask]
            # hint: The docstring says what is done with attention_mask; change no input in place.
            # 提示: 文档字符串说明了 attention_mask 怎么用；不要原地修改输入。
            # hint: It broadcasts by itself: no loop, no reshaping, and no += either.
            # 提示: 它自己会广播：不要循环，不要变形，也不要用 +=。
            # hint: Give scores a new value: a sum of two tensors.
            # 提示: 给 scores 赋新值：两个张量之和。
            scores = scores + attention_mask
        t, total = scores.shape[-2:]  # total = p + t: the queries are the last t of all tokens
        # [MASK attention/rows] self.visible[total - t : total, :total]
        # hint: Which rows of the square belong to these queries, and which columns to all keys?
        # 提示: 方阵的哪些行属于这些 query，哪些列属于所有 key？
        # hint: The new queries are the last t of all tokens: at which row do they begin, where end?
        # 提示: 新的 query 是全部 token 中的最后 t 个：从哪一行开始，到哪一行结束？
        # hint: Two slices in one pair of brackets: rows from total minus t on, columns up to total.
        # 提示: 一对方括号里两个切片：行从 total 减 t 到 total，列是前 total 个。
        visible = self.visible[total - t : total, :total]  # (t, p + t)
        # [MASK attention/hide]
        # hint: Scores that are not visible become so low that softmax leaves them nothing.
        # 提示: 看不见的分数要低到 softmax 之后什么都不剩。
        # hint: masked_fill writes one number wherever a mask is True; visible says the opposite.
        # 提示: masked_fill 在 mask 为 True 的地方填一个数；visible 的意思正好相反。
        # hint: The number: the lowest of scores' dtype, from torch.finfo. Keep the result.
        # 提示: 那个数：scores 的 dtype 的最小值，来自 torch.finfo。结果要存下来。
        scores = scores.masked_fill(~visible, torch.finfo(scores.dtype).min)
        # [MASK attention/softmax] scores.softmax(dim=-1)
        # hint: For each query, the weights of all keys sum to 1.
        # 提示: 对每个 query，所有 key 的权重之和为 1。
        # hint: Which axis of (b, h, t, p + t) counts the keys?
        # 提示: (b, h, t, p + t) 里哪一维是 key？
        # hint: A method of scores, told the last axis.
        # 提示: scores 的一个方法，告诉它最后一维。
        weights = self.attn_dropout(scores.softmax(dim=-1))
        return self.merge_heads(weights @ value)  # (b, t, n)

    def forward(self, x, layer_past=None, attention_mask=None):
        query, key, value = map(self.split_heads, self.c_attn(x).chunk(3, dim=-1))  # (b, h, t, d)
        if layer_past is not None:
            # [MASK attention/cache] begin
            # hint: Key and value grow along the axis of the tokens; the past ones come first.
            # 提示: key 和 value 沿着 token 那一维变长；过去的排在前面。
            # hint: layer_past is a sequence of two: take it apart into its key and its value.
            # 提示: layer_past 是两个元素的序列：拆成 key 和 value。
            # hint: Then torch.cat twice, on axis -2, past before new; keep the names key and value.
            # 提示: 然后两次 torch.cat，在第 -2 维上，每次 (过去, 新的)；名字仍是 key 和 value。
            past_key, past_value = layer_past
            key = torch.cat((past_key, key), dim=-2)  # (b, h, p + t, d)
            value = torch.cat((past_value, value), dim=-2)
            # [MASK end]
        output = self.c_proj(self.attend(query, key, value, attention_mask))
        return self.resid_dropout(output), (key, value)


class Block(nn.Module):
    """One layer, put together as section 2.3 of the GPT-2 paper says; called as Attention is."""

    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        nx = config.n_embd
        # [MASK block/ln-1] nn.LayerNorm(nx, eps=config.layer_norm_epsilon)
        # hint: torch has this layer; the config has a number for it.
        # 提示: torch 里有这个层，config 里有它要的数。
        # hint: nn.LayerNorm: how wide, and which epsilon?
        # 提示: nn.LayerNorm：多宽？epsilon 是多少？
        # hint: Two arguments: nx, and eps=… of config's field whose name ends in epsilon.
        # 提示: 两个参数：nx，以及 eps=…，取 config 里名字以 epsilon 结尾的那个值。
        self.ln_1 = nn.LayerNorm(nx, eps=config.layer_norm_epsilon)
        # [MASK block/attn] Attention(nx, n_ctx, config, scale)
        # hint: Hand on all that the Block was told.
        # 提示: 把 Block 得到的参数都传下去。
        # hint: The class stands above; its __init__ has four parameters besides self.
        # 提示: 这个类就在上面；除 self 外，它的 __init__ 有四个参数。
        # hint: In order: the width, the context, the config, and whether to scale.
        # 提示: 依次是：宽度、上下文长度、config、是否缩放。
        self.attn = Attention(nx, n_ctx, config, scale)
        # [MASK block/ln-2] nn.LayerNorm(nx, eps=config.layer_norm_epsilon)
        # hint: A second norm, with parameters of its own.
        # 提示: 第二个归一化层，有自己的参数。
        # hint: The same call as for the first, made anew: not the same object.
        # 提示: 与第一个相同的调用，再造一个：不是同一个对象。
        self.ln_2 = nn.LayerNorm(nx, eps=config.layer_norm_epsilon)
        self.mlp = MLP(4 * nx, config)

    def forward(self, x, layer_past=None, attention_mask=None):
        # [MASK block/attend] self.attn(self.ln_1(x), layer_past, attention_mask)
        # hint: GPT-2 moved the norm to the input of each part. Past and mask go along.
        # 提示: GPT-2 把归一化移到了每个部分的输入端。past 和 mask 也要一起传。
        # hint: Not x itself goes into attention, but x after the first norm.
        # 提示: 送进注意力的不是 x 本身，而是经过第一个归一化的 x。
        # hint: self.attn on self.ln_1 of x; behind it, as further arguments, the past and the mask.
        # 提示: 对 x 的 self.ln_1 调用 self.attn；后面的参数是 past 和 mask。
        attended, present = self.attn(self.ln_1(x), layer_past, attention_mask)
        # [MASK block/residuals] begin
        # hint: Two sums: x takes what attention gave, then what the MLP makes of the new x.
        # 提示: 两次相加：x 先加上注意力的结果，再加上 MLP 对新 x 的结果。
        # hint: The second norm sees the x that has its attention, and only inside the branch.
        # 提示: 第二个归一化看到的，是已经加上注意力的 x，而且只在支路里。
        # hint: x grows by attended; then by self.mlp of self.ln_2 of x. No +=: it changes inputs.
        # 提示: x 先加上 attended；再加上 self.mlp(…)，里面是 x 的 self.ln_2。不要用 +=。
        x = x + attended
        x = x + self.mlp(self.ln_2(x))
        # [MASK end]
        return x, present


class GPT2Model(nn.Module):
    """Embeddings, the Blocks with scaled attention, a last norm.

    `input_ids` (b, t); `past`: None, or one `layer_past` a Block;
    `attention_mask`: None, or (b, p + t) with 1 for real tokens and 0 for padding;
    `position_ids`: None, which means p ... p + t - 1, or (b, t).
    Returns the hidden states (b, t, n) and the list of each Block's `present`.
    """

    def __init__(self, config):
        super().__init__()
        nx, n_ctx = config.n_embd, config.n_positions
        self.wte = nn.Embedding(config.vocab_size, nx)
        self.wpe = nn.Embedding(n_ctx, nx)
        self.drop = nn.Dropout(config.embd_pdrop)
        # [MASK model/blocks] Block(n_ctx, config, scale=True)
        # hint: The docstring says which of the Block's defaults doesn't hold here.
        # 提示: 文档字符串说明了 Block 的哪个默认值在这里不适用。
        # hint: The Block is told the context, the config, and to scale.
        # 提示: 告诉 Block 上下文长度、config，以及要缩放。
        # hint: Block(…) with three arguments; the last by name.
        # 提示: Block(…)，三个参数；最后一个写出参数名。
        self.h = nn.ModuleList(Block(n_ctx, config, scale=True) for _ in range(config.n_layer))
        # [MASK model/ln-f] nn.LayerNorm(nx, eps=config.layer_norm_epsilon)
        # hint: The same kind of norm as in a Block.
        # 提示: 与 Block 里同一种归一化层。
        # hint: Its width and its epsilon come from the same places.
        # 提示: 宽度和 epsilon 的来源也一样。
        # hint: Two arguments: nx, and eps=… from the config.
        # 提示: 两个参数：nx，以及来自 config 的 eps=…。
        self.ln_f = nn.LayerNorm(nx, eps=config.layer_norm_epsilon)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        past = [None] * len(self.h) if past is None else past
        # [MASK model/past-length] past[0][0].size(-2)
        # hint: How many tokens does the first Block's cached key hold?
        # 提示: 第一个 Block 缓存的 key 里有几个 token？
        # hint: past holds one pair a Block; a key is (b, h, p, d).
        # 提示: past 里每个 Block 有一对；key 的形状是 (b, h, p, d)。
        # hint: The first of the first pair, and the size of its axis -2.
        # 提示: 第一对里的第一个，取它第 -2 维的大小。
        p = 0 if past[0] is None else past[0][0].size(-2)
        if position_ids is None:
            # [MASK model/positions] torch.arange(p, p + input_ids.size(1), device=input_ids.device)
            # hint: Count on from where the cache ends, on the device of the input.
            # 提示: 从缓存结束的地方接着数，并与输入在同一设备上。
            # hint: torch.arange with a start and a stop, as many numbers as there are new tokens.
            # 提示: torch.arange，有起点和终点，个数等于新 token 的个数。
            # hint: From p to p and the length of input_ids; device= that of input_ids.
            # 提示: 从 p 到 p 加 input_ids 的长度；device= 取 input_ids 的设备。
            position_ids = torch.arange(p, p + input_ids.size(1), device=input_ids.device)
        # [MASK model/embed] self.wte(input_ids) + self.wpe(position_ids)
        # hint: A token's vector says what it is and where it stands.
        # 提示: token 的向量既说明它是谁，也说明它在哪里。
        # hint: Two tables of embeddings were made in __init__: one for tokens, one for places.
        # 提示: __init__ 里造了两张嵌入表：一张管 token，一张管位置。
        # hint: Look up input_ids in the one, position_ids in the other, and add.
        # 提示: 在一张里查 input_ids，在另一张里查 position_ids，再相加。
        x = self.drop(self.wte(input_ids) + self.wpe(position_ids))  # (b, t, n)
        if attention_mask is not None:
            # [MASK model/padding] begin
            # hint: What Attention adds to its scores: 0 for 1; far below zero, yet finite, for 0.
            # 提示: 注意力要加到分数上的数：1 变成 0，0 变成很负但有限的数；还要能广播。
            # hint: One minus the mask is 1 where there is padding. Insert two axes: head and query.
            # 提示: 1 减去 mask，填充处就是 1。插入两个轴：头和 query。
            # hint: Index by [:, None, None, :], take x's dtype, multiply by its torch.finfo(…).min.
            # 提示: 用 [:, None, None, :] 取下标，转成 x 的 dtype，再乘它的 torch.finfo(…).min。
            padding = 1 - attention_mask[:, None, None, :].to(x.dtype)  # (b, 1, 1, p + t)
            attention_mask = padding * torch.finfo(x.dtype).min
            # [MASK end]
        presents = []
        for block, layer_past in zip(self.h, past, strict=True):
            x, present = block(x, layer_past, attention_mask)
            presents.append(present)
        return self.ln_f(x), presents


def next_token(logits, temperature, top_k):
    """One token a row, (b, v) -> (b,): the likeliest at temperature 0, else a draw of the top k."""
    if temperature == 0:
        # [MASK generation/greedy]
        # hint: No softmax is needed to know which score is the highest.
        # 提示: 要知道哪个分数最高，用不着 softmax。
        # hint: Not the highest score but its place, in each row.
        # 提示: 要的不是最高分，而是它在每一行里的位置。
        # hint: Return argmax over the last axis.
        # 提示: 返回最后一维上的 argmax。
        return logits.argmax(dim=-1)
    k = logits.size(-1) if top_k is None else min(top_k, logits.size(-1))
    top, ids = logits.topk(k, dim=-1)  # (b, k), the largest first
    weights = ((top - top[:, :1]) / temperature).softmax(dim=-1)  # shifted, lest it overflow
    return ids.gather(-1, torch.multinomial(weights, 1)).squeeze(-1)


class GPT2LMHeadModel(nn.Module):
    """GPT-2 as a language model: its head scores tokens with the token embeddings (tied)."""

    def __init__(self, config):
        super().__init__()
        self.transformer = GPT2Model(config)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        # [MASK lm_head/tie]
        # hint: One parameter under two names, not two equal ones.
        # 提示: 同一个参数有两个名字，而不是两个相等的参数。
        # hint: The embedding table of the transformer is a parameter; so is the head's weight.
        # 提示: transformer 的词嵌入表是一个参数；输出层的 weight 也是。
        # hint: Assign: the head's weight is to be that of self.transformer's wte.
        # 提示: 赋值：让输出层的 weight 就是 self.transformer 里 wte 的 weight。
        self.lm_head.weight = self.transformer.wte.weight

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None):
        """Returns (loss or None, logits (b, t, v), presents); labels (b, t), -100 is ignored."""
        hidden, presents = self.transformer(input_ids, past, attention_mask, position_ids)
        logits = self.lm_head(hidden)
        if labels is None:
            return None, logits, presents
        # [MASK lm_head/predicted] logits[:, :-1]
        # hint: One position predicts nothing that the labels know. Which?
        # 提示: 有一个位置的预测，标签里没有答案。是哪个？
        # hint: The last position speaks of a token that no label has.
        # 提示: 最后一个位置说的 token，标签里没有。
        # hint: Slice the axis of time: all but the last.
        # 提示: 在时间那一维上切片：除最后一个之外的全部。
        predicted = logits[:, :-1].flatten(0, 1)  # (b * (t - 1), v)
        # [MASK lm_head/target] labels[:, 1:]
        # hint: Nothing predicts one of the labels. Which?
        # 提示: 有一个标签没有谁来预测。是哪个？
        # hint: Nobody comes before the first token.
        # 提示: 第一个 token 前面没有人。
        # hint: Slice the axis of time: from the second on.
        # 提示: 在时间那一维上切片：从第二个开始。
        target = labels[:, 1:].flatten()  # each position predicts the token after it
        return nn.functional.cross_entropy(predicted, target, ignore_index=-100), logits, presents

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        """Returns prompt and new tokens; a row that has produced eos goes on with eos."""
        ended = torch.zeros_like(input_ids[:, 0], dtype=torch.bool)  # (b,)
        past, new = None, input_ids
        for _ in range(max_new_tokens):
            _, logits, past = self(new, past)
            # [MASK generation/last-logits] logits[:, -1]
            # hint: Every position predicts; which prediction is about a token that isn't there?
            # 提示: 每个位置都在预测；哪一个预测的是还不存在的 token？
            # hint: The one behind the last token; logits are (b, t, v), wanted are (b, v).
            # 提示: 最后一个 token 之后的那个；logits 是 (b, t, v)，要的是 (b, v)。
            # hint: Index the axis of time with -1.
            # 提示: 在时间那一维上用 -1 取下标。
            token = next_token(logits[:, -1], temperature, top_k)  # (b,)
            if eos_token_id is not None:
                # [MASK generation/eos] begin
                # hint: Rows that have ended say eos whatever was chosen; then see who ends now.
                # 提示: 已结束的行无论选了什么都输出 eos；然后看看哪些行此刻结束。
                # hint: masked_fill the rows in `ended`; then add those whose token is eos to it.
                # 提示: 对 ended 的行用 masked_fill；然后把此刻输出 eos 的行并入 ended。
                # hint: Two assignments: to token, and to ended, an or (|) with a comparison.
                # 提示: 两次赋值：token 和 ended；第二个是与一个比较结果做或运算（|）。
                token = token.masked_fill(ended, eos_token_id)
                ended = ended | (token == eos_token_id)
                # [MASK end]
            new = token[:, None]  # (b, 1): all that the cache doesn't hold yet
            input_ids = torch.cat((input_ids, new), dim=1)
            if ended.all():
                break
        return input_ids
