using System.Diagnostics;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Identity;
using static Microsoft.AspNetCore.Identity.PasswordVerificationResult;

namespace Cortex.IdentityServer.Tests.Accounts.Hashing;

/// <summary>Runs the same test vectors on each bcrypt engine.</summary>
public abstract class PasswordHashTests
{
    private const int Cost = 4;
    private const string Horse = "correct horse";
    private const string Emoji = "🔑";

    private readonly BcryptEngine _bcrypt;

    private protected PasswordHashTests(BcryptEngine? bcrypt)
    {
        Assert.SkipWhen(bcrypt is null, "This machine has no libxcrypt: only BCrypt.Net is tested.");
        _bcrypt = bcrypt!;
    }

    [Theory]
    [InlineData(PythonHashes.Bcrypt2a, Horse, Success)]
    [InlineData(PythonHashes.Bcrypt2b, Horse, Success)]
    [InlineData(PythonHashes.Bcrypt2y, Horse, Success)]
    [InlineData(PythonHashes.Passlib2y, "battery staple", Success)]
    [InlineData(PythonHashes.BcryptCost5, Horse, SuccessRehashNeeded)]
    [InlineData(PythonHashes.BcryptUmlauts, "Grüße, Zürich", Success)]
    [InlineData(PythonHashes.BcryptEmpty, "", Success)]
    [InlineData(PythonHashes.Sha256V2, Horse, Success)]
    [InlineData(PythonHashes.Sha256V2WithNul, "longpassword\0AAA", Success)]
    [InlineData(PythonHashes.Sha256V1, Horse, SuccessRehashNeeded)]
    [InlineData(PythonHashes.Sha256V1Of2a, Horse, SuccessRehashNeeded)]
    [InlineData(PythonHashes.Sha256V1WithNul, "longpassword\0AAA", SuccessRehashNeeded)]
    public void Hashes_from_Python_verify(string hash, string password, PasswordVerificationResult expected)
    {
        Assert.Equal(expected, Verify(hash, password, Cost));
        Assert.Equal(Failed, Verify(hash, password + "x", Cost));
        Assert.Equal(Failed, Verify(hash, password + "\0", Cost));
        Assert.Equal(Failed, Verify(hash, " " + password, Cost));
        Assert.Equal(Failed, Verify(hash, password.Length > 0 ? password.ToUpperInvariant() : "A", Cost));
    }

    [Theory]
    [InlineData(PythonHashes.BcryptCost12)]
    [InlineData(PythonHashes.Sha256V2Cost12)]
    public void Hashes_at_the_production_cost_verify(string hash)
    {
        Assert.Equal(Success, Verify(hash, Horse, 12));
        Assert.Equal(SuccessRehashNeeded, Verify(hash, Horse, 13));
    }

    [Fact]
    public void Long_passwords_are_never_truncated()
    {
        string a72 = new('a', 72), a73 = new('a', 73);

        Assert.Equal(Success, Verify(PythonHashes.Bcrypt72Bytes, a72, Cost));
        Assert.Equal(Failed, Verify(PythonHashes.Bcrypt72Bytes, a73, Cost));
        Assert.Equal(Failed, Verify(PythonHashes.Bcrypt73BytesTruncated, a73, Cost));
        Assert.Equal(Success, Verify(PythonHashes.Sha256V2Of73Bytes, a73, Cost));
        Assert.Equal(Failed, Verify(PythonHashes.Sha256V2Of73Bytes, a72, Cost));
    }

    [Fact]
    public void Emoji_are_four_bytes_each()
    {
        Assert.Equal(Success, Verify(PythonHashes.BcryptEmoji, Repeat(Emoji, 18), Cost));
        Assert.Equal(Failed, Verify(PythonHashes.BcryptEmoji, Repeat(Emoji, 19), Cost));
        Assert.Equal(Success, Verify(PythonHashes.Sha256V2Of64Emoji, Repeat(Emoji, 64), Cost));
        Assert.Equal(Failed, Verify(PythonHashes.Sha256V2Of64Emoji, Repeat(Emoji, 63), Cost));
    }

    [Fact]
    public void A_password_that_bcrypt_would_truncate_at_a_NUL_never_verifies()
    {
        Assert.Equal(Failed, Verify(PythonHashes.Bcrypt2b, Horse + "\0", Cost));
        Assert.Equal(Failed, Verify(PythonHashes.Bcrypt2b, Horse + "\0BBB", Cost));
        Assert.Equal(Failed, Verify(PythonHashes.BcryptEmpty, "\0", Cost));
        Assert.Equal(Failed, Verify(PythonHashes.Sha256V2WithNul, "longpassword\0BBB", Cost));
        Assert.Equal(Failed, Verify(PythonHashes.Sha256V2WithNul, "longpassword", Cost));
    }

    [Theory]
    [InlineData("password", 1, @"\A\$2b\$04\$[./A-Za-z0-9]{53}\z")]
    [InlineData("a", 72, @"\A\$2b\$04\$[./A-Za-z0-9]{53}\z")]
    [InlineData("ü", 36, @"\A\$2b\$04\$[./A-Za-z0-9]{53}\z")]
    [InlineData("a", 73, @"\A\$bcrypt-sha256\$v=2,t=2b,r=4\$[./A-Za-z0-9]{22}\$[./A-Za-z0-9]{31}\z")]
    [InlineData("ü", 37, @"\A\$bcrypt-sha256\$v=2,t=2b,r=4\$[./A-Za-z0-9]{22}\$[./A-Za-z0-9]{31}\z")]
    [InlineData(Emoji, 256, @"\A\$bcrypt-sha256\$v=2,t=2b,r=4\$[./A-Za-z0-9]{22}\$[./A-Za-z0-9]{31}\z")]
    [InlineData("\0", 8, @"\A\$bcrypt-sha256\$v=2,t=2b,r=4\$[./A-Za-z0-9]{22}\$[./A-Za-z0-9]{31}\z")]
    public void A_new_hash_has_the_form_that_fits_the_password(string part, int times, string form)
    {
        var password = Repeat(part, times);
        var hash = Create(password, Cost);

        Assert.Matches(form, hash);
        Assert.NotEqual(hash, Create(password, Cost));
        Assert.Equal(Success, Verify(hash, password, Cost));
        Assert.Equal(SuccessRehashNeeded, Verify(hash, password, Cost + 1));
        Assert.Equal(Failed, Verify(hash, password + part, Cost));
        Assert.Equal(Failed, Verify(hash, password[..^1], Cost));
    }

    [Fact]
    public void An_unpaired_surrogate_is_rejected()
    {
        Assert.Throws<ArgumentException>(() => Create("password\uD83D", Cost));
        Assert.Equal(Failed, Verify(Create("password\uFFFD", Cost), "password\uD83D", Cost));
        Assert.Equal(Failed, Verify(PythonHashes.Sha256V2, "\uDD11", Cost));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("correct horse")]
    [InlineData("$2b$04$")]
    [InlineData("$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6")]
    [InlineData("$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6ee")]
    [InlineData("$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e\n")]
    [InlineData(" $2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2b$04$abcdefghij+lmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2b$04$abcdefghij\0lmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2b$03$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2b$00$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2b$17$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2b$31$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2b$99$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2b$4$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2b$٠٤$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2x$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$bcrypt-sha256$v=2,t=2a,r=4$abcdefghijklmnopqrstuu$DDZkjU09Vim05Ait7x7R.JfuHDNAppu")]
    [InlineData("$bcrypt-sha256$v=3,t=2b,r=4$abcdefghijklmnopqrstuu$DDZkjU09Vim05Ait7x7R.JfuHDNAppu")]
    [InlineData("$bcrypt-sha256$v=2,t=2b,r=04$abcdefghijklmnopqrstuu$DDZkjU09Vim05Ait7x7R.JfuHDNAppu")]
    [InlineData("$bcrypt-sha256$v=2,t=2b,r=17$abcdefghijklmnopqrstuu$DDZkjU09Vim05Ait7x7R.JfuHDNAppu")]
    [InlineData("$bcrypt-sha256$v=2,t=2b,r=4$abcdefghijklmnopqrstuuDDZkjU09Vim05Ait7x7R.JfuHDNAppu")]
    [InlineData("$bcrypt-sha256$v=2,t=2b,r=4$abcdefghijklmnopqrstuu$")]
    [InlineData("$bcrypt-sha256$2y,4$abcdefghijklmnopqrstuu$fm19hcnOB5jVIa57e1DmQZ/XByRYI72")]
    [InlineData("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b7dWRWJTmaaJObG")]
    [InlineData("pbkdf2:sha256:260000$abc$0123456789abcdef")]
    public void A_malformed_hash_fails_without_an_exception(string? hash) =>
        Assert.Equal(Failed, Verify(hash, Horse, Cost));

    [Fact]
    public void A_malformed_hash_of_60_kB_fails()
    {
        Assert.Equal(Failed, Verify(new('$', 60_000), Horse, Cost));
        Assert.Equal(Failed, Verify("$2b$04$" + new string('a', 60_000), Horse, Cost));
        Assert.Equal(Failed, Verify("$bcrypt-sha256$v=2,t=2b,r=" + new string('4', 60_000), Horse, Cost));
    }

    [Fact]
    public void A_change_of_any_character_of_a_hash_fails()
    {
        foreach (var hash in new[] { PythonHashes.Bcrypt2b, PythonHashes.Sha256V2 })
        {
            for (var place = 4; place < hash.Length; place++)
            {
                var other = hash[place] == 'M' ? 'N' : 'M';
                Assert.Equal(Failed, Verify(hash[..place] + other + hash[(place + 1)..], Horse, Cost));
            }
        }
    }

    [Fact]
    public void Stray_bits_at_the_end_of_a_salt_are_ignored_as_in_passlib() =>
        Assert.Equal(Success, Verify(PythonHashes.Bcrypt2b.Replace("uuj", "u9j", StringComparison.Ordinal), Horse, Cost));

    [Theory]
    [InlineData(null, Horse)]
    [InlineData("", Horse)]
    [InlineData("AQAAAAIAAYagAAAAEJ0SK7aH", Horse)]
    [InlineData(PythonHashes.Bcrypt2b, "wrong")]
    [InlineData(PythonHashes.Bcrypt2b, "with\0NUL")]
    [InlineData(PythonHashes.Bcrypt2b, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData(PythonHashes.BcryptCost5, "wrong")]
    [InlineData(PythonHashes.Sha256V2, "wrong")]
    [InlineData(PythonHashes.Sha256V1, "wrong")]
    [InlineData(PythonHashes.IdentityV3Sha1, "wrong")]
    [InlineData(PythonHashes.IdentityV3Sha1, Horse)]
    public void A_failure_takes_as_long_as_the_configured_cost(string? hash, string password)
    {
        // Cost 8 takes 16 times as long as cost 4, so missing work would be far outside the bounds, which leave room for a busy machine.
        var reference = Create(Horse, 8);
        double expected = double.MaxValue, actual = double.MaxValue;
        for (var i = 0; i < 7; i++)
        {
            expected = Math.Min(expected, Milliseconds(() => Verify(reference, "wrong", 8)));
            actual = Math.Min(actual, Milliseconds(() => Verify(hash, password, 8)));
        }

        Assert.InRange(actual / expected, 0.2, 5);
    }

    [Theory]
    [InlineData("correct horse\0")]
    [InlineData("ääääääääääääääääääääääääääääääääääääa")]
    public void A_text_that_bcrypt_would_truncate_never_reaches_the_engine(string text) =>
        Assert.Throws<ArgumentException>(() => _bcrypt.Digest(text, "abcdefghijklmnopqrstuu", Cost));

    /// <remarks>Hashes reuse the same working memory.</remarks>
    [Fact]
    public void Concurrent_and_consecutive_hashes_do_not_affect_each_other()
    {
        Parallel.For(0, 64, i =>
        {
            Assert.Equal(Success, Verify(PythonHashes.Bcrypt2b, Horse, Cost));
            Assert.Equal(Failed, Verify(PythonHashes.Bcrypt2b, Horse + i, Cost));
            Assert.Equal(Success, Verify(PythonHashes.BcryptUmlauts, "Grüße, Zürich", Cost));
        });
    }

    [Fact]
    public void The_engine_passes_the_startup_check() => Assert.True(BcryptEngines.IsCorrect(_bcrypt));

    private string Create(string password, int cost) => PasswordHash.Create(password, cost, _bcrypt);

    private PasswordVerificationResult Verify(string? hash, string password, int cost) => PasswordHash.Verify(hash, password, cost, 1L << cost, _bcrypt);

    private static double Milliseconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static string Repeat(string part, int times) => string.Concat(Enumerable.Repeat(part, times));
}

/// <summary>Tests libxcrypt.</summary>
public sealed class NativePasswordHashTests() : PasswordHashTests(NativeBcrypt.TryLoad())
{
    [Theory]
    [InlineData("abcdefghij:lmnopqrstuu", 4)]
    [InlineData("abcdefghijklmnopqrstuu", 3)]
    [InlineData("abcdefghijklmnopqrstuu", 32)]
    public void Input_that_libxcrypt_rejects_yields_no_digest(string salt, int cost) =>
        Assert.Null(NativeBcrypt.TryLoad()!.Digest("correct horse", salt, cost));
}

/// <summary>Tests BCrypt.Net.</summary>
public sealed class ManagedPasswordHashTests() : PasswordHashTests(new ManagedBcrypt());
