using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Tests.Accounts;

public sealed class EmailAddressTests
{
    private static readonly string Local64 = new('l', 64);
    private static readonly string Label63 = new('d', 63);

    [Theory]
    [InlineData("alice@example.com")]
    [InlineData("Alice.Liddell@Example.COM")]
    [InlineData("a@x.io")]
    [InlineData("o'brien+tag@mail.example.co.uk")]
    [InlineData("!#$%&'*+-/=?^_`{|}~@example.com")]
    [InlineData("jürgen@bücher.example")]
    [InlineData("用户@例え.テスト")]
    [InlineData("संपर्क@डाटामेल.भारत")]
    [InlineData("a@xn--bcher-kva.example")]
    [InlineData("a@1.2.example")]
    [InlineData("a@a-b--c.example")]
    [InlineData("1@2.x")]
    public void A_valid_address_is_kept_as_typed(string typed)
    {
        Assert.True(EmailAddress.TryNormalize(typed, out var email, out var reason), reason);
        Assert.Equal(typed, email);
        Assert.Equal("", reason);
    }

    [Theory]
    [InlineData("  alice@example.com ", "alice@example.com")]
    [InlineData("ju\u0308rgen@example.com", "j\u00FCrgen@example.com")]
    [InlineData("a@bu\u0308cher.example", "a@b\u00FCcher.example")]
    [InlineData("\u212Aelvin@example.com", "Kelvin@example.com")]
    public void Surrounding_spaces_are_trimmed_and_letters_are_composed(string typed, string expected)
    {
        Assert.True(EmailAddress.TryNormalize(typed, out var email, out _));
        Assert.Equal(expected, email);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("alice")]
    [InlineData("@")]
    [InlineData("alice@")]
    [InlineData("@example.com")]
    [InlineData("alice@@example.com")]
    [InlineData("alice@example.com@evil.com")]
    [InlineData("\"alice@x\"@example.com")]
    [InlineData("\"alice\"@example.com")]
    [InlineData("victim\uFF20x.io")]
    [InlineData("victim@x\uFF0Eio")]
    [InlineData("victim@x\u3002io")]
    [InlineData("victim@x\uFF61io")]
    [InlineData("ｖictim@x.io")]
    [InlineData("oﬃce@x.io")]
    [InlineData("x²@x.io")]
    [InlineData("a@x.io\r\nBcc: b@x.io")]
    [InlineData("a@x.io\r\n")]
    [InlineData("\ta@x.io")]
    [InlineData("a\0@x.io")]
    [InlineData("a b@x.io")]
    [InlineData("a\u00A0b@x.io")]
    [InlineData("a\u3000@x.io")]
    [InlineData("a\u200B@x.io")]
    [InlineData("a\u200D@x.io")]
    [InlineData("a\u00AD@x.io")]
    [InlineData("\u202Ea@x.io")]
    [InlineData("a@x\u2028.io")]
    [InlineData("a\uFFFD@x.io")]
    [InlineData("a\uE000@x.io")]
    [InlineData(".a@x.io")]
    [InlineData("a.@x.io")]
    [InlineData("a..b@x.io")]
    [InlineData("<a@x.io>")]
    [InlineData("Alice <a@x.io>")]
    [InlineData("a,b@x.io")]
    [InlineData("a@x.io,b@x.io")]
    [InlineData("a;b@x.io")]
    [InlineData("a:b@x.io")]
    [InlineData("a\\b@x.io")]
    [InlineData("a(b)@x.io")]
    [InlineData("a@x")]
    [InlineData("a@localhost")]
    [InlineData("a@mail.LOCALHOST")]
    [InlineData("a@127.0.0.1")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("a@.x.io")]
    [InlineData("a@x.io.")]
    [InlineData("a@x..io")]
    [InlineData("a@-x.io")]
    [InlineData("a@x-.io")]
    [InlineData("a@x.-io")]
    [InlineData("a@x_y.io")]
    [InlineData("a@x.i/o")]
    [InlineData("a@🔑.io")]
    [InlineData("a@\u0301x.io")]
    public void Anything_else_is_refused_with_a_reason(string? typed)
    {
        Assert.False(EmailAddress.TryNormalize(typed, out var email, out var reason));
        Assert.Equal("", email);
        Assert.Matches(@"\A[A-Z].+\.\z", reason);
    }

    [Fact]
    public void Lengths_are_limited_as_in_the_RFCs()
    {
        Assert.True(Accepts($"{Local64}@x.io"));
        Assert.False(Accepts($"{Local64}l@x.io"));
        Assert.True(Accepts($"a@{Label63}.io"));
        Assert.False(Accepts($"a@{Label63}d.io"));
        Assert.True(Accepts($"{Local64}@{Label63}.{Label63}.{Label63[2..]}"));
        Assert.False(Accepts($"{Local64}@{Label63}.{Label63}.{Label63[1..]}"));
        Assert.True(Accepts(new string(' ', 1000) + "a@x.io"));
        Assert.False(Accepts(new string('a', 60_000) + "@x.io"));
        Assert.False(Accepts($"a@{string.Join('.', Enumerable.Repeat("ü", 100))}"));
    }

    [Fact]
    public void No_single_character_causes_an_exception()
    {
        for (var c = '\0'; c < char.MaxValue; c++)
        {
            Accepts($"a{c}b@example.com");
            Accepts($"a@b{c}c.com");
            Accepts($"{c}");
        }

        Assert.False(Accepts("a\uD83D@x.io"));
    }

    private static bool Accepts(string typed) => EmailAddress.TryNormalize(typed, out _, out _);
}
