using System.Buffers.Binary;
using System.Security.Cryptography;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Identity.Users;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using static Microsoft.AspNetCore.Identity.PasswordVerificationResult;

namespace Cortex.IdentityServer.Tests.Accounts.Hashing;

/// <summary>Hashes from ASP.NET Core Identity's own password hasher.</summary>
public sealed class Pbkdf2HashTests
{
    private const int Cost = 4;
    private const string Horse = "correct horse";
    private const string ShortSubkey = "AQAAAAIAAAABAAAAEGFiY2RlZmdoaWprbG1ub3B8HQNNLXKz3fc186kR9Q==";

    private static readonly ManagedBcrypt Bcrypt = new();

    [Theory]
    [InlineData(PythonHashes.IdentityV3, Horse)]
    [InlineData(PythonHashes.IdentityV3Sha256, "Grüße, Zürich")]
    [InlineData(PythonHashes.IdentityV3Sha1, Horse)]
    [InlineData(PythonHashes.IdentityV3Long, "longpassword\0AAA")]
    [InlineData(
        PythonHashes.IdentityV3Short,
        "🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑"
            + "🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑")]
    public void Hashes_from_Python_verify_and_need_a_rehash(string hash, string password)
    {
        Assert.Equal(SuccessRehashNeeded, Verify(hash, password));
        Assert.Equal(Failed, Verify(hash, password + "x"));
        Assert.Equal(Failed, Verify(hash, password + "\0"));
        Assert.Equal(Failed, Verify(hash, password + "\uD83D"));
        Assert.Equal(Failed, Verify(hash, "\uDD11" + password));
        Assert.Equal(Failed, Verify(hash, ""));
        Assert.True(PasswordHash.IsReadable(hash));
    }

    /// <remarks>Generated once with <c>new PasswordHasher&lt;object&gt;().HashPassword(null!, …)</c> of .NET 10.</remarks>
    [Theory]
    [InlineData("AQAAAAIAAYagAAAAENsvvAfiDvmn8JxCd/qcCPTEybqyHM60x/FCvY3jqDtLcqL8DzKw1lEbudJhkN2ghA==", Horse)]
    [InlineData("AQAAAAIAAYagAAAAEMp3j7Pvd6zjf4AP1xsABNZ+KHNhtpE97RCakika5emJm4vLpMeTW9BQjFrbOTLloQ==", "Grüße, Zürich 🔑")]
    public void Stored_hashes_from_Microsofts_hasher_verify(string hash, string password)
    {
        Assert.Equal(SuccessRehashNeeded, Verify(hash, password));
        Assert.Equal(Failed, Verify(hash, password.ToUpperInvariant()));
    }

    [Theory]
    [InlineData(100_000, Horse)]
    [InlineData(1, Horse)]
    [InlineData(1_234, "pässwörd\0with NUL")]
    [InlineData(10_000, "")]
    public void New_hashes_from_Microsofts_hasher_verify(int iterations, string password)
    {
        var microsoft = new PasswordHasher<User>(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));
        var hash = microsoft.HashPassword(new(), password);

        Assert.Equal(SuccessRehashNeeded, Verify(hash, password));
        Assert.Equal(Failed, Verify(hash, password + "x"));
    }

    /// <remarks>HMAC pads its key with NULs, so both would verify, and the rehash would store a password that its owner never typed.</remarks>
    [Fact]
    public void A_password_with_a_trailing_NUL_differs_from_the_one_without()
    {
        Assert.Equal(Success, new PasswordHasher<User>().VerifyHashedPassword(new(), PythonHashes.IdentityV3, Horse + "\0"));
        Assert.Equal(Failed, Verify(PythonHashes.IdentityV3, Horse + "\0"));
    }

    [Theory]
    [InlineData("AQAAAAIAAYagAAAAEJ0SK7aH")]
    [InlineData("AQ==")]
    [InlineData("AQAAAAIAAYagAAAAEA==")]
    [InlineData(ShortSubkey)]
    [InlineData(" " + PythonHashes.IdentityV3Sha1)]
    [InlineData(PythonHashes.IdentityV3Sha1 + "\n")]
    [InlineData("AQAAAAAAAAPoAAAAEGFiY2RlZmdo aWprbG1ub3Ca22jOIjB3Df4EH98T4Nkb1ABeynSQKZWJtAjSm8koLw==")]
    [InlineData("AQAAAAAAAAPoAAAAEGFiY2RlZmdoaWprbG1ub3Ca22jOIjB3Df4EH98T4Nkb1ABeynSQKZWJtAjSm8koLw")]
    [InlineData("AQAAAAAAAAPoAAAAEGFiY2RlZmdoaWprbG1ub3Ca22jOIjB3Df4EH98T4Nkb1ABeynSQKZWJtAjSm8koLx==")]
    [InlineData("AQAAAAAAAAPoAAAAEGFiY2RlZmdoaWprbG1ub3Ca22jOIjB3Df4EH98T4Nkb1ABeynSQKZWJtAjSm8koL٠==")]
    public void A_truncated_or_differently_encoded_hash_fails(string hash) => ShouldBeMalformed(hash);

    [Theory]
    [InlineData(0, 2, 1000, 16, 16, 32)] // an unsupported version
    [InlineData(2, 2, 1000, 16, 16, 32)]
    [InlineData(1, 3, 1000, 16, 16, 32)]
    [InlineData(1, uint.MaxValue, 1000, 16, 16, 32)]
    [InlineData(1, 2, 0, 16, 16, 32)]
    [InlineData(1, 2, 1_000_001, 16, 16, 32)]
    [InlineData(1, 2, uint.MaxValue, 16, 16, 32)]
    [InlineData(1, 2, 1000, 15, 15, 32)]
    [InlineData(1, 2, 1000, 0, 16, 32)]
    [InlineData(1, 2, 1000, 33, 16, 32)]
    [InlineData(1, 2, 1000, uint.MaxValue, 16, 32)]
    [InlineData(1, 2, 1000, int.MaxValue, 16, 32)]
    [InlineData(1, 2, 1000, 16, 16, 15)]
    [InlineData(1, 2, 1000, 16, 16, 65)]
    [InlineData(1, 2, 1000, 16, 16, 300)]
    public void A_value_out_of_bounds_fails(byte version, uint function, uint iterations, uint saltLength, int salt, int subkey) =>
        ShouldBeMalformed(Text(version, function, iterations, saltLength, salt, subkey));

    [Theory]
    [InlineData(2, 1_000_000, 16, 16)]
    [InlineData(0, 1, 100, 64)]
    [InlineData(1, 1, 16, 64)]
    public void A_value_just_within_bounds_is_accepted(uint function, uint iterations, int salt, int subkey) =>
        Assert.True(PasswordHash.IsReadable(Text(1, function, iterations, (uint)salt, salt, subkey)));

    [Fact]
    public void A_change_of_any_byte_fails()
    {
        var bytes = Convert.FromBase64String(PythonHashes.IdentityV3Short);
        for (var place = 0; place < bytes.Length; place++)
        {
            bytes[place] ^= 0x80;
            Assert.Equal(Failed, Verify(Convert.ToBase64String(bytes), string.Concat(Enumerable.Repeat("🔑", 64))));
            bytes[place] ^= 0x80;
        }
    }

    [Theory]
    [InlineData(12, 0, "12")]
    [InlineData(12, 4096, "")]
    [InlineData(12, 5000, "")]
    [InlineData(12, 4096 - 16, "4")]
    [InlineData(12, 4096 - 23, "4")]
    [InlineData(12, 4096 - 7, "")]
    [InlineData(12, 2048, "11")]
    [InlineData(12, 16, "11 10 9 8 7 6 5 4")]
    [InlineData(12, 1000.5, "11 10 4")]
    [InlineData(4, 0, "4")]
    [InlineData(4, 9, "")]
    [InlineData(16, 1e12, "")]
    public void Missing_work_is_filled_up_with_powers_of_two(int cost, double done, string costs)
    {
        var missing = BcryptEngine.Costs((1 << cost) - done).ToList();

        Assert.Equal(costs, string.Join(' ', missing));
        Assert.InRange(done + missing.Sum(part => 1 << part), (1 << cost) - 8, Math.Max((1 << cost) + 8, done));
    }

    [Theory]
    [InlineData(PythonHashes.IdentityV3, 100_000)]
    [InlineData(PythonHashes.IdentityV3Sha256, 10_000)]
    [InlineData(PythonHashes.IdentityV3Sha1, 2 * 1_000)]
    [InlineData(PythonHashes.IdentityV3Long, 2 * 600)]
    [InlineData(PythonHashes.IdentityV3Short, 1)]
    public void A_subkey_longer_than_the_hash_output_doubles_the_iterations(string hash, int iterations) =>
        Assert.Equal(iterations, Pbkdf2Hash.Parse(hash)!.Iterations);

    private static void ShouldBeMalformed(string hash)
    {
        Assert.Null(Pbkdf2Hash.Parse(hash));
        Assert.False(PasswordHash.IsReadable(hash));
        Assert.Equal(Failed, Verify(hash, Horse));
    }

    private static string Text(byte version, uint function, uint iterations, uint saltLength, int salt, int subkey)
    {
        var bytes = RandomNumberGenerator.GetBytes(13 + salt + subkey);
        bytes[0] = version;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), function);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(5), iterations);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(9), saltLength);
        return Convert.ToBase64String(bytes);
    }

    private static PasswordVerificationResult Verify(string hash, string password) => PasswordHash.Verify(hash, password, Cost, 1 << Cost, Bcrypt);
}
