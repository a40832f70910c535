using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>
/// Reads and writes users' TOTP secrets in <c>users.two_factor_secret</c>. They are encrypted, except those of the Python server before their first use.
/// </summary>
internal sealed partial class TotpSecrets(CortexDbContext db, SecretKeys secrets, ILogger<TotpSecrets> logger)
{
    private const string Purpose = "totp-secret";

    private readonly ColumnCipher _cipher = new(secrets.Derive(Purpose));

    /// <summary>Returns the bytes of the secret; null if there is none or it can't be read.</summary>
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

    /// <summary>Returns the stored secret encrypted under the current key, which is the same text if it already was; null if it can't be decrypted.</summary>
    public string? Reencrypt(Guid userId, string stored)
    {
        if (_cipher.IsCurrent(stored, Purpose, userId))
        {
            return stored;
        }

        if (ColumnCipher.IsEncrypted(stored))
        {
            return _cipher.TryDecrypt(stored, Purpose, userId, out var base32) ? Encrypt(userId, base32) : null;
        }

        // A text that isn't a valid secret, or is too long to be stored encrypted, is of no use either way; leave it alone.
        return Base32.TryDecode(stored, out _) && Encrypt(userId, stored) is { Length: <= UserConfiguration.TwoFactorSecretLength } encrypted
            ? encrypted
            : stored;
    }

    /// <summary>Reencrypts a secret that is stored in plain text or under an old key, unless it was replaced in the meantime.</summary>
    public async Task ReencryptAsync(User user, CancellationToken cancellationToken)
    {
        if (user.TwoFactorSecret is not { } stored || Reencrypt(user.Id, stored) is not { } encrypted || encrypted == stored)
        {
            return;
        }

        await db.Users.Where(u => u.Id == user.Id && u.TwoFactorSecret == stored)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.TwoFactorSecret, encrypted), cancellationToken);
        Log.Encrypted(logger, user.Id);
    }

    private static partial class Log
    {
        [LoggerMessage(2703, LogLevel.Error, "The TOTP secret of user {UserId} can't be decrypted: was SECRET_KEY changed?")]
        public static partial void Undecryptable(ILogger logger, Guid userId);

        [LoggerMessage(2704, LogLevel.Information, "The TOTP secret of user {UserId} was encrypted again with the current SECRET_KEY")]
        public static partial void Encrypted(ILogger logger, Guid userId);
    }
}
