using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Secrets;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>Reencrypts the signing keys of all algorithms under the first SECRET_KEY, so that the operator can drop older ones.</summary>
internal sealed class SigningKeyReencryption(CortexDbContext db, SigningKeyCipher cipher)
{
    public async Task<Reencryption> RunAsync(CancellationToken cancellationToken)
    {
        var rows = await db.SigningKeySet.AsNoTracking().OrderBy(row => row.Id).ToListAsync(cancellationToken);
        var reencrypted = 0;
        var undecryptable = new List<string>();
        foreach (var row in rows)
        {
            switch (cipher.Reencrypt(row.Id, row.PrivateKey))
            {
                case null:
                    undecryptable.Add(row.Id);
                    break;
                case var text when text != row.PrivateKey:
                    // The condition skips a row that a replica has reencrypted in the meantime.
                    reencrypted += await db.SigningKeySet.Where(stored => stored.Id == row.Id && stored.PrivateKey == row.PrivateKey)
                        .ExecuteUpdateAsync(set => set.SetProperty(stored => stored.PrivateKey, text), cancellationToken);
                    break;
            }
        }

        return new(rows.Count, reencrypted, undecryptable);
    }
}
