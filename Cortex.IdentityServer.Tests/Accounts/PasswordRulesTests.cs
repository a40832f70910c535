using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Tests.Accounts;

public sealed class PasswordRulesTests
{
    private const string Email = "alice.liddell@example.com";

    [Theory]
    [InlineData("correct horse battery staple")]
    [InlineData("xkqzvwpj")]
    [InlineData("Zürich im Regen")]
    [InlineData("正しい馬の電池とホチキス")]
    [InlineData("🔑🦊🐢🌊🔥🎲🍉🪐")]
    [InlineData("        x        ")]
    [InlineData("83920175")]
    [InlineData("alice.liddell of Oxford")]
    [InlineData("cortex and something else")]
    [InlineData("longpassword\0AAA")]
    public void A_password_that_is_hard_to_guess_is_accepted(string password) =>
        Assert.Null(PasswordRules.FindWeakness(password, Email));

    [Theory]
    [InlineData("a", 7, false)]
    [InlineData("🔑", 7, false)]
    [InlineData("a", 15, false)]
    [InlineData("🔑", 15, false)]
    [InlineData("a", 16, true)]
    [InlineData("🔑", 16, true)]
    [InlineData("a", 64, true)]
    [InlineData("1", 64, true)]
    [InlineData("🔑", 64, true)]
    [InlineData("a", 256, true)]
    [InlineData("🔑", 256, true)]
    [InlineData("a", 257, false)]
    [InlineData("🔑", 257, false)]
    [InlineData("a", 60_000, false)]
    public void Length_is_counted_in_characters_and_repetition_is_allowed_from_16_characters(string part, int times, bool accepted) =>
        Assert.Equal(accepted, PasswordRules.FindWeakness(string.Concat(Enumerable.Repeat(part, times)), Email) is null);

    [Theory]
    [InlineData("")]
    [InlineData("x7$Kq2!")]
    [InlineData("password")]
    [InlineData("PassWord")]
    [InlineData("password12345678")]
    [InlineData("Password123!")]
    [InlineData("football!!!")]
    [InlineData("qwerty123456!")]
    [InlineData("trustno1")]
    [InlineData("michelle")]
    [InlineData("12345678")]
    [InlineData("87654321")]
    [InlineData("4567890123")]
    [InlineData("abcdefgh")]
    [InlineData("IHGFEDCBA")]
    [InlineData("qwertyuiop")]
    [InlineData("lkjhgfdsa")]
    [InlineData("1qaz2wsx3edc")]
    [InlineData("aaaaaaaa")]
    [InlineData("........")]
    [InlineData("cortexidentity1")]
    [InlineData("CortexMemory")]
    [InlineData("cortex-identity_2026!")]
    [InlineData("memory cortex")]
    [InlineData("1cortex2memory3")]
    [InlineData("cortexcortex")]
    [InlineData("alice.liddell@example.com")]
    [InlineData("ALICE.LIDDELL@EXAMPLE.COM")]
    [InlineData("Alice.Liddell")]
    public void A_password_that_is_easy_to_guess_is_refused_with_a_reason(string password) =>
        Assert.Matches(@"\AThe password .+\.\z", PasswordRules.FindWeakness(password, Email));

    [Fact]
    public void An_unpaired_surrogate_is_refused() => // not InlineData, because attributes are stored as UTF-8
        Assert.Equal("The password contains an incomplete character (half of a surrogate pair).", PasswordRules.FindWeakness("half a pair \uD83D", Email));

    [Theory]
    [InlineData("")]
    [InlineData("not an address")]
    [InlineData("@")]
    public void Any_text_is_allowed_as_the_email(string email) =>
        Assert.Null(PasswordRules.FindWeakness("correct horse battery staple", email));

    [Fact]
    public void All_five_thousand_entries_of_the_list_have_at_least_eight_characters_and_are_refused()
    {
        using var stream = typeof(PasswordRules).Assembly.GetManifestResourceStream("common-passwords.txt");
        using var reader = new StreamReader(stream!);
        var entries = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToList();

        Assert.True(entries.Count > 5_000);
        Assert.All(entries, entry =>
        {
            Assert.Matches(@"\A[!-~]{8,}\z", entry);
            Assert.Equal(entry.ToLowerInvariant(), entry);
            Assert.NotNull(PasswordRules.FindWeakness(entry, Email));
            Assert.NotNull(PasswordRules.FindWeakness(entry.ToUpperInvariant(), Email));
        });
    }

    [Fact]
    public async Task Identity_gets_the_reason()
    {
        var rules = new PasswordRules();
        var user = new User { Email = Email };

        Assert.True((await rules.ValidateAsync(null!, user, "correct horse battery staple")).Succeeded);
        var error = Assert.Single((await rules.ValidateAsync(null!, user, "Alice.Liddell")).Errors);
        Assert.Equal("The password must not be the email address or the name in it.", error.Description);
        Assert.False((await rules.ValidateAsync(null!, user, null)).Succeeded);
    }
}
