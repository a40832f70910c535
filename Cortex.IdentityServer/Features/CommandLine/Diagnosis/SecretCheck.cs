using System.Globalization;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.SigningKeys;
using Cortex.IdentityServer.Identity.TwoFactor;
using Npgsql;

namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>Checks that <c>SECRET_KEY</c> is the one that has encrypted what is in the database, for example after a restore.</summary>
internal static class SecretCheck
{
    /// <summary>A few rows show whether the key is right. <c>rotate-keys</c> looks at all of them.</summary>
    private const int MaxRows = 20;

    private static readonly string[] Unreadable =
        [PostgresErrorCodes.UndefinedTable, PostgresErrorCodes.UndefinedColumn, PostgresErrorCodes.InsufficientPrivilege];

    public static async Task RunAsync(Examination work, CheckLines lines, CancellationToken stop)
    {
        if (work.Get<SecretOptions>().SecretKeys.Count == 0)
        {
            // The settings have a line for it.
            return;
        }

        await using var scope = work.App.Services.CreateAsyncScope();
        var totp = scope.ServiceProvider.GetRequiredService<TotpSecrets>();
        var signing = work.Get<SigningKeyCipher>();
        try
        {
            bool[] readable =
            [
                .. (await ReadAsync(work, "SELECT id::text, two_factor_secret FROM users WHERE two_factor_secret LIKE 'enc:%'", stop)).Select(
                    row => totp.Reencrypt(Guid.Parse(row.Id), row.Stored) is not null),
                .. (await ReadAsync(work, "SELECT id, private_key FROM signing_keys", stop)).Select(
                    row => signing.TryDecrypt(row.Id, row.Stored, out _)),
            ];
            Report(readable.Length, readable.Count(isReadable => !isReadable), lines);
        }
        catch (PostgresException failure) when (Unreadable.Contains(failure.SqlState))
        {
            // The check of the schema says what is missing.
        }
    }

    private static void Report(int all, int lost, CheckLines lines)
    {
        const string Advice = "Set SECRET_KEY to the one that encrypted them, or to new,old during a rotation; see docs/backup.md";
        var found = string.Create(
            CultureInfo.InvariantCulture, $"SECRET_KEY can't decrypt {lost} of the {all} second factors and signing keys that were tried");
        if (lost == 0)
        {
            lines.Ok("database secrets", string.Create(
                CultureInfo.InvariantCulture, $"SECRET_KEY decrypts the {all} second factors and signing keys that were tried"));
        }
        else if (lost < all)
        {
            lines.Warn("database secrets", found, Advice);
        }
        else
        {
            lines.Fail("database secrets", found, Advice);
        }
    }

    private static async Task<List<(string Id, string Stored)>> ReadAsync(Examination work, string sql, CancellationToken stop)
    {
#pragma warning disable CA2100 // The statements are constants of this class.
        await using var command = work.Get<NpgsqlDataSource>().CreateCommand($"{sql} LIMIT $1");
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = MaxRows });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var rows = new List<(string, string)>();
        while (await reader.ReadAsync(stop))
        {
            rows.Add((reader.GetString(0), reader.GetString(1)));
        }

        return rows;
    }
}
