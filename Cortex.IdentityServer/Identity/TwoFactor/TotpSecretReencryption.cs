using Cortex.IdentityServer.Foundation.Secrets;
using Npgsql;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Reencrypts all TOTP secrets under the first SECRET_KEY, so that older ones can be dropped without disabling any user's second factor.</summary>
internal sealed class TotpSecretReencryption(NpgsqlDataSource dataSource, TotpSecrets secrets)
{
    private const int BatchSize = 500;

    /// <summary>Counts the stored TOTP secrets.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var count = dataSource.CreateCommand("SELECT count(*) FROM users WHERE two_factor_secret IS NOT NULL");
        return (long)(await count.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <param name="report">Receives the progress after each batch.</param>
    /// <param name="cancellationToken">Stops the run between two batches; secrets that were already re-encrypted stay re-encrypted.</param>
    public async Task<Reencryption> RunAsync(Action<Reencryption> report, CancellationToken cancellationToken)
    {
        var (processed, reencrypted, undecryptable) = (0L, 0L, new List<string>());
        Guid? last = null;
        while (await NextAsync(last, cancellationToken) is { Count: > 0 } rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var texts = rows.ConvertAll(row => (row.Id, row.Stored, Text: secrets.Reencrypt(row.Id, row.Stored)));
            undecryptable.AddRange(texts.Where(row => row.Text is null).Select(row => row.Id.ToString()));
            reencrypted += await StoreAsync(texts.Where(row => row.Text is not null && row.Text != row.Stored), cancellationToken);
            processed += rows.Count;
            last = rows[^1].Id;
            report(new(processed, reencrypted, undecryptable));
        }

        return new(processed, reencrypted, undecryptable);
    }

    private async Task<List<(Guid Id, string Stored)>> NextAsync(Guid? last, CancellationToken cancellationToken)
    {
        await using var read = dataSource.CreateCommand(last is null
            ? "SELECT id, two_factor_secret FROM users WHERE two_factor_secret IS NOT NULL ORDER BY id LIMIT $1"
            : "SELECT id, two_factor_secret FROM users WHERE two_factor_secret IS NOT NULL AND id > $2 ORDER BY id LIMIT $1");
        read.Parameters.Add(new() { Value = BatchSize });
        if (last is { } after)
        {
            read.Parameters.Add(new() { Value = after });
        }

        var rows = new List<(Guid, string)>(BatchSize);
        await using var reader = await read.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add((reader.GetGuid(0), reader.GetString(1)));
        }

        return rows;
    }

    /// <remarks>
    /// Uses one transaction and updates the rows in the order of their ids, so that concurrent runs can't deadlock. Skips secrets that were replaced in the
    /// meantime.
    /// </remarks>
    private async Task<int> StoreAsync(IEnumerable<(Guid Id, string Stored, string? Text)> rows, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        foreach (var (id, stored, text) in rows)
        {
            batch.BatchCommands.Add(new("UPDATE users SET two_factor_secret = $3 WHERE id = $1 AND two_factor_secret = $2")
            {
                Parameters = { new() { Value = id }, new() { Value = stored }, new() { Value = text } },
            });
        }

        return batch.BatchCommands.Count == 0 ? 0 : await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
