using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Identity.Users;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Microsoft.AspNetCore.Identity.PasswordVerificationResult;

namespace Cortex.IdentityServer.Tests.Accounts.Hashing;

public sealed class BcryptPasswordHasherTests
{
    private readonly BcryptPasswordHasher _hasher = new(new ManagedBcrypt(), 5);
    private readonly User _user = new();

    [Fact]
    public void The_hasher_hashes_and_verifies_at_its_cost()
    {
        var hash = _hasher.HashPassword(_user, "correct horse");

        Assert.StartsWith("$2b$05$", hash, StringComparison.Ordinal);
        Assert.Equal(Success, _hasher.VerifyHashedPassword(_user, hash, "correct horse"));
        Assert.Equal(Failed, _hasher.VerifyHashedPassword(_user, hash, "correct horsf"));
    }

    [Fact]
    public void A_hash_with_another_cost_needs_a_rehash() =>
        Assert.Equal(SuccessRehashNeeded, _hasher.VerifyHashedPassword(_user, PythonHashes.Bcrypt2b, "correct horse"));

    [Theory]
    [InlineData("")]
    [InlineData("correct horse")]
    [InlineData("\0")]
    public void No_password_verifies_without_a_hash(string password) => Assert.Equal(Failed, _hasher.Verify(null, password));
}
