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
    public void Hashes_and_verifies_at_its_cost()
    {
        var hash = _hasher.HashPassword(_user, "correct horse");

        Assert.StartsWith("$2b$05$", hash, StringComparison.Ordinal);
        Assert.Equal(Success, _hasher.VerifyHashedPassword(_user, hash, "correct horse"));
        Assert.Equal(Failed, _hasher.VerifyHashedPassword(_user, hash, "correct horsf"));
    }

    [Fact]
    public void A_hash_of_another_cost_is_to_be_renewed() =>
        Assert.Equal(SuccessRehashNeeded, _hasher.VerifyHashedPassword(_user, PythonHashes.Bcrypt2b, "correct horse"));

    [Theory]
    [InlineData("")]
    [InlineData("correct horse")]
    [InlineData("\0")]
    public void Nothing_verifies_against_nothing(string password) => Assert.Equal(Failed, _hasher.Verify(null, password));
}
