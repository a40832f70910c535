using Cortex.IdentityServer.Foundation.Secrets;
using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <remarks>Anyone who knows or guesses the secret can forge tokens.</remarks>
public sealed class WeakSecretTests
{
    [Theory]
    [InlineData("09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7")]
    [InlineData("09D25E094FAA6CA2556C818166B7A9563B93F7099F6F0F4CAA6CF63B88E8D3E7")]
    [InlineData("a-string-secret-at-least-256-bits-long")]
    [InlineData("a-string-secret-at-least-256-bits-long-and-something-more")]
    [InlineData("your-256-bit-secret-your-512-bit-secret")]
    [InlineData("super-secret-jwt-token-with-at-least-32-characters-long")]
    [InlineData("404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970")]
    [InlineData("192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf")]
    [InlineData("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")]
    [InlineData("django-insecure-3k2j9x8c7v6b5n4m1q0w9e8r7t6y5u4i3o2p1")]
    [InlineData("your_super_secret_signing_key_for_tokens")]
    [InlineData("$(openssl rand -base64 48)-not-expanded")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("abcabcabcabcabcabcabcabcabcabcabcabcabc")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("password1234password1234password1234")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456789")]
    [InlineData("00000000000000000000000000000000000001")]
    public void A_published_or_patterned_secret_is_refused_with_one_line(string secret)
    {
        foreach (var environment in new[] { Environments.Development, Environments.Production })
        {
            foreach (var name in new[] { "JWT_SECRET_KEY", "SECRET_KEY" })
            {
                Refused(name, Variables.Refusal(environment, (name, secret)), secret);
                Refused(name, Variables.Refusal(environment, (name, $"a-good-secret-of-more-than-32-bytes,{secret}")), secret);
            }
        }

        Refused("POLAR_WEBHOOK_SECRET", Variables.Refusal(Environments.Production, ("POLAR_WEBHOOK_SECRET", secret)), secret);
    }

    [Theory]
    [InlineData("9c5b94b1d5a3f0e7c2684d1b7a9e3f50")]
    [InlineData("kJ8sV0q3Zr5tY7wB1nM4cX6dF9gH2jK0")]
    [InlineData("a passphrase of eight ordinary words is good enough")]
    public void A_secret_that_may_be_random_is_accepted(string secret)
    {
        Variables.Read(Environments.Production, ("JWT_SECRET_KEY", secret));
        Variables.Read(Environments.Production, ("SECRET_KEY", secret), ("POLAR_WEBHOOK_SECRET", secret));
    }

    /// <remarks>A random secret must not look like a pattern, so the test tries ten thousand of the shortest ones in the smallest alphabet.</remarks>
    [Fact]
    public void Hexadecimal_secrets_of_32_characters_pass()
    {
        var random = new Random(20261128);
        for (var i = 0; i < 10_000; i++)
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            Assert.Null(SecretStrength.Validate(Convert.ToHexStringLower(bytes)));
        }
    }

    [Fact]
    public void The_same_secret_twice_is_refused()
    {
        const string Secret = "kJ8sV0q3Zr5tY7wB1nM4cX6dF9gH2jK0";
        foreach (var environment in new[] { Environments.Development, Environments.Production })
        {
            Refused("SECRET_KEY", Variables.Refusal(environment, ("SECRET_KEY", Secret), ("JWT_SECRET_KEY", Secret)), Secret);
            Refused(
                "SECRET_KEY",
                Variables.Refusal(environment, ("SECRET_KEY", $"an-older-secret-of-more-than-32-bytes,{Secret}"), ("JWT_SECRET_KEY", Secret)),
                Secret);
            Refused("JWT_SECRET_KEY", Variables.Refusal(environment, ("JWT_SECRET_KEY", $"{Secret},{Secret}")), Secret);
            Refused("SECRET_KEY", Variables.Refusal(environment, ("SECRET_KEY", $"{Secret}, {Secret}")), Secret);
            Refused("POLAR_WEBHOOK_SECRET", Variables.Refusal(environment, ("POLAR_WEBHOOK_SECRET", $"{Secret},{Secret}")), Secret);
        }
    }

    private static void Refused(string name, string[] lines, string secret)
    {
        var line = Assert.Single(lines);
        Assert.StartsWith($"{name} must ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, line, StringComparison.OrdinalIgnoreCase);
    }
}
