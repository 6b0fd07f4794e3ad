import { describe, expect, it } from 'vitest'
import { prepareMail } from '@/lib/mail-html'

const made = (html: string) => prepareMail(html, 'N').html

describe('mail made showable under the policy', () => {
  it.each([
    ['<p style="color:red">x</p>', '<p data-mail-style="color:red">x</p>'],
    ["<p class=a STYLE='a:b' id=c>x</p>", "<p class=a data-mail-style='a:b' id=c>x</p>"],
    ['<br/><td style="a:b"/>', '<br/><td data-mail-style="a:b"/>'],
    ['<p title="a > b" style="a:b">x</p>', '<p title="a > b" data-mail-style="a:b">x</p>'],
    ['<p>1 < 2 and style="x"</p>', '<p>1 < 2 and style="x"</p>'],
    ['<style>p{a:b}</style>', '<style nonce="N">p{a:b}</style>'],
    ['<style nonce="evil">p{a:b}</style>', '<style nonce="N">p{a:b}</style>'],
    ['<p onclick="x()">x</p>', '<p>x</p>'],
    ['<script>alert(1)</script>y', 'y'],
    ['<iframe src="https://a.example"></iframe>y', 'y'],
    ['<base href="https://a.example">y', 'y'],
    ['<img src="/p/i/1.png" alt="a">', '<img src="/p/i/1.png" alt="a">'],
    ['<img src="https://a.example/1.png">', '<img data-mail-blocked="https://a.example/1.png">'],
    ['<img src=//a.example/1.png>', '<img data-mail-blocked=//a.example/1.png>'],
    ['<td background="http://a.example/b.png">', '<td data-mail-blocked="http://a.example/b.png">'],
    ['<a href="https://a.example">x</a>', '<a href="https://a.example">x</a>'],
    ['<p style="background:url(https://a.example/x)">', '<p data-mail-style="background:none">'],
    ['<style>@import "https://a.example";p{a:b}</style>', '<style nonce="N">p{a:b}</style>'],
  ])('%s', (html, expected) => {
    expect(made(html)).toBe(expected)
  })
  const tenant = '01a229ea-94a8-7000-8000-000000000001'
  const picture = `/i/${tenant}/01a229ea-94a8-7000-8000-000000000002`
  it.each([
    [`https://news.example.org${picture}`, `src="${picture}"`],
    [`http://127.0.0.1:8080${picture}`, `src="${picture}"`],
    [`https://news.example.org${picture}?x`, 'data-mail-blocked='],
    [`https://news.example.org/x${picture}`, 'data-mail-blocked='],
    [`https://news.example.org${picture.replace('0001/', '0009/')}`, 'data-mail-blocked='],
  ])('shows pictures of the own organisation, at whatever address: %s', (url, expected) => {
    expect(prepareMail(`<img src="${url}" alt="">`, 'N', tenant).html).toContain(expected)
  })
  it('counts what it does not load', () => {
    expect(
      prepareMail('<img src="https://a/1"><img src="https://a/2"><img src="data:image/png;base64,x">', 'N').blocked,
    ).toBe(2)
  })
})
