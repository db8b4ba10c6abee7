"""以 Windows 记事本保存：开头有 BOM，换行是 CRLF，注释和变量名用中文。"""

import math

import torch
from torch import nn

根号二除以派 = math.sqrt(2 / math.pi)


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(torch.normal(0.0, 0.02, size=(n_in, n_out)))
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return (x.unsqueeze(-2) @ self.weight).squeeze(-2) + self.bias  # 每个 token 都是一行


def gelu_new(x):
    内层 = 根号二除以派 * x * (1 + 0.044715 * x.square())
    return x.mul(0.5).mul(torch.tanh(内层).add(1))


class MLP(nn.Module):
    def __init__(self, n_state, config):
        super().__init__()
        self.c_fc = Linear(n_state, config.n_embd)
        self.c_proj = Linear(config.n_embd, n_state)
        self.act = gelu_new
        self.dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x):
        变宽 = self.act(self.c_fc(x))  # 键：这个 token 像什么
        变窄 = self.c_proj(变宽)  # 值：因此要说什么
        return self.dropout(变窄)


class Attention(nn.Module):
    """多头因果注意力。"""

    def __init__(self, nx, n_ctx, config, scale=False):
        super().__init__()
        self.头数 = config.n_head
        self.缩放 = scale
        self.c_attn = Linear(3 * nx, nx)
        self.c_proj = Linear(nx, nx)
        self.attn_dropout = nn.Dropout(config.attn_pdrop)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)
        未来 = torch.triu(torch.ones(n_ctx, n_ctx), diagonal=1) == 1
        self.register_buffer("未来", 未来, persistent=False)

    def 分头(self, x):
        批, 长, 宽 = x.shape
        return x.reshape(批, 长, self.头数, 宽 // self.头数).swapaxes(1, 2)

    def forward(self, x, layer_past=None, attention_mask=None):
        查询, 键, 值 = map(self.分头, torch.chunk(self.c_attn(x), 3, dim=-1))
        if layer_past is not None:
            旧键, 旧值 = layer_past
            键 = torch.cat([旧键, 键], dim=-2)
            值 = torch.cat([旧值, 值], dim=-2)
        分数 = 查询 @ 键.swapaxes(-1, -2)
        if self.缩放:
            分数 = 分数 / 查询.shape[-1] ** 0.5
        if attention_mask is not None:
            分数 = 分数 + attention_mask
        总长 = 键.shape[-2]
        起点 = 总长 - 查询.shape[-2]
        分数 = 分数.masked_fill(self.未来[起点:总长, :总长], float("-inf"))  # 自己总是看得见
        权重 = self.attn_dropout(torch.softmax(分数, dim=-1))
        合并 = (权重 @ 值).swapaxes(1, 2).reshape(x.shape)
        return self.resid_dropout(self.c_proj(合并)), (键, 值)


class Block(nn.Module):
    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.attn = Attention(config.n_embd, n_ctx, config, scale)
        self.ln_2 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.mlp = MLP(4 * config.n_embd, config)

    def forward(self, x, layer_past=None, attention_mask=None):
        听到, present = self.attn(self.ln_1(x), layer_past, attention_mask)
        残差 = x + 听到
        return 残差 + self.mlp(self.ln_2(残差)), present


class GPT2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = nn.Embedding(config.n_positions, config.n_embd)
        self.drop = nn.Dropout(config.embd_pdrop)
        层 = [Block(config.n_positions, config, scale=True) for _ in range(config.n_layer)]
        self.h = nn.ModuleList(层)
        self.ln_f = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        if past is None:
            past = [None] * len(self.h)
        已有 = 0 if past[0] is None else past[0][0].shape[-2]
        if position_ids is None:
            位置 = torch.arange(已有 + input_ids.shape[1], device=input_ids.device)
            position_ids = 位置[已有:]
        x = self.drop(self.wte(input_ids) + self.wpe(position_ids))
        if attention_mask is not None:
            attention_mask = (attention_mask[:, None, None] - 1).to(x.dtype) * 1e9
        presents = []
        for 块, 过去 in zip(self.h, past, strict=True):
            x, present = 块(x, 过去, attention_mask)
            presents.append(present)
        return self.ln_f(x), presents


class GPT2LMHeadModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPT2Model(config)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.lm_head.weight = self.transformer.wte.weight

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None):
        x, presents = self.transformer(input_ids, past, attention_mask, position_ids)
        logits = self.lm_head(x)
        if labels is None:
            return None, logits, presents
        预测, 答案 = logits[:, :-1].float(), labels[:, 1:]  # 单精度足够
        损失 = nn.functional.cross_entropy(预测.flatten(0, 1), 答案.flatten(), ignore_index=-100)
        return 损失, logits, presents

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        新, past, 全文 = input_ids, None, input_ids
        说完 = torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)
        for _ in range(max_new_tokens):
            _, logits, past = self(新, past)
            最后 = logits[:, -1]
            if temperature == 0:
                选 = 最后.argmax(dim=-1)
            else:
                if top_k is not None:
                    门槛 = 最后.sort(descending=True).values[:, :top_k].amin(-1, keepdim=True)
                    最后 = 最后.masked_fill(最后 < 门槛, -torch.inf)
                概率 = torch.softmax(最后 / temperature, dim=-1)
                选 = torch.distributions.Categorical(probs=概率).sample()
            if eos_token_id is not None:
                选 = torch.where(说完, eos_token_id, 选)
                说完 = 说完 | (选 == eos_token_id)
            新 = 选.unsqueeze(1)
            全文 = torch.cat([全文, 新], dim=1)
            if 说完.all():
                break
        return 全文
