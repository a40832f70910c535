using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Keeps the TOTP secret of a user in <c>users.two_factor_secret</c>: encrypted, or as the Python server left it until its first use.</summary>
internal sealed partial class TotpSecrets(CortexDbContext db, SecretKeys secrets, ILogger<TotpSecrets> logger)
{
    private const string Purpose = "totp-secret";

    private readonly ColumnCipher _cipher = new(secrets.Derive(Purpose));

    /// <summary>The secret's bytes; null where there is none, or none that can be read.</summary>
    public byte[]? Read(User user)
    {
        if (user.TwoFactorSecret is not { } stored)
        {
            return null;
        }

        var base32 = stored;
        if (ColumnCipher.IsEncrypted(stored) && !_cipher.TryDecrypt(stored, Purpose, user.Id, out base32))
        {
            Log.Undecryptable(logger, user.Id);
            return null;
        }

        return Base32.TryDecode(base32, out var secret) ? secret : null;
    }

    public string Encrypt(Guid userId, string base32) => _cipher.Encrypt(base32, Purpose, userId);

    /// <summary>
    /// What is stored, encrypted under today's key where it is still plain or under a key that is about to go; the same text where nothing has to be done, and
    /// null where it can't be decrypted.
    /// </summary>
    public string? Renewed(Guid userId, string stored)
    {
        if (_cipher.IsCurrent(stored, Purpose, userId))
        {
            return stored;
        }

        if (ColumnCipher.IsEncrypted(stored))
        {
            return _cipher.TryDecrypt(stored, Purpose, userId, out var base32) ? Encrypt(userId, base32) : null;
        }

        // What is no secret, or is too long for one, opens nothing either way.
        return Base32.TryDecode(stored, out _) && Encrypt(userId, stored) is { Length: <= UserConfiguration.TwoFactorSecretLength } encrypted
            ? encrypted
            : stored;
    }

    /// <summary>Encrypts under today's key a secret that is still plain or under a key that is about to go; unless it was replaced meanwhile.</summary>
    public async Task RenewAsync(User user, CancellationToken cancellationToken)
    {
        if (user.TwoFactorSecret is not { } stored || Renewed(user.Id, stored) is not { } encrypted || encrypted == stored)
        {
            return;
        }

        await db.Users.Where(u => u.Id == user.Id && u.TwoFactorSecret == stored)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.TwoFactorSecret, encrypted), cancellationToken);
        Log.Encrypted(logger, user.Id);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The TOTP secret of user {UserId} can't be decrypted: was SECRET_KEY changed?")]
        public static partial void Undecryptable(ILogger logger, Guid userId);

        [LoggerMessage(Level = LogLevel.Information, Message = "The TOTP secret of user {UserId} was encrypted again with the current SECRET_KEY")]
        public static partial void Encrypted(ILogger logger, Guid userId);
    }
}
