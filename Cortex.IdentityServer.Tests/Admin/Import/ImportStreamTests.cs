using System.Globalization;
using System.Text.Json;
using Cortex.IdentityServer.Features.Admin.Import;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;
using static Cortex.IdentityServer.Tests.Admin.Import.ImportSteps;

namespace Cortex.IdentityServer.Tests.Admin.Import;

/// <summary>How clients stream lines and results, and how imports end early.</summary>
public sealed class ImportStreamTests(ImportApp app) : IClassFixture<ImportApp>
{
    private static readonly TimeSpan BatchDelay = TimeSpan.FromMilliseconds(250);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_can_read_each_batch_before_it_sends_the_next()
    {
        using var client = await OpenAsync();
        var lines = Lines("duplex", 3_000);
        var answered = new List<JsonElement>();

        foreach (var batch in lines.Chunk(500))
        {
            await client.SendAsync(batch);
            for (var results = 0; results < batch.Length; results++)
            {
                answered.Add((await client.ReadAsync())!.Value);
            }

            Assert.True((await client.ReadAsync())!.Value.TryGetProperty("progress", out _));
        }

        await client.EndAsync();
        var end = await client.ReadToEndAsync();

        Assert.Equal(Enumerable.Range(1, 3_000), answered.Where(ImportAnswers.IsCreated).Select(line => line.GetProperty("line").GetInt32()));
        Assert.Equal((3_000, 3_000), (end.Summary.GetProperty("lines").GetInt32(), end.Summary.GetProperty("created").GetInt32()));
    }

    /// <remarks>Each direction carries more data than all buffers hold, so a server that stopped reading while it waits to write would hang.</remarks>
    [Fact]
    public async Task A_client_can_send_everything_before_it_reads_anything()
    {
        const int Count = 40_000;
        using var client = await OpenAsync();
        var padding = new string(' ', 200);
        var bad = Enumerable
            .Repeat($$"""{"email": "x", "password_hash": "y", "subscription_tier": "z",{{padding}} "created_at": "1900-01-01T00:00:00Z"}""", 1_000)
            .ToArray();

        for (var sent = 0; sent < Count; sent += bad.Length)
        {
            await client.SendAsync(bad);
        }

        await client.SendAsync(Line("after-all-the-bad@example.com"));
        await client.EndAsync();

        (await client.ReadToEndAsync()).ShouldTotal(Count + 1, created: 1, Count);
    }

    [Fact]
    public async Task A_line_gets_its_result_even_if_no_other_line_follows()
    {
        using var client = await OpenAsync();
        await client.SendAsync(Line("alone@example.com"));

        var answer = client.ReadAsync();
        while (!answer.IsCompleted)
        {
            app.Clock.Advance(BatchDelay);
            await Task.WhenAny(answer, Task.Delay(5, Cancel));
        }

        Assert.True(ImportAnswers.IsCreated((await answer)!.Value));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM users WHERE email = 'alone@example.com'"));
        await client.EndAsync();
        Assert.Equal(1, (await client.ReadToEndAsync()).Summary.GetProperty("created").GetInt32());
    }

    [Fact]
    public async Task A_broken_connection_leaves_the_accounts_that_got_results_and_nothing_incomplete()
    {
        var admin = await app.AdminAsync();
        using var client = await OpenAsync();
        var logged = app.Log.Length;
        await client.SendAsync(Lines("broken", 1_200));
        var answered = new List<Guid>();
        while (answered.Count < 700)
        {
            if (await client.ReadAsync() is { } line && ImportAnswers.IsCreated(line))
            {
                answered.Add(line.GetProperty("id").GetGuid());
            }
        }

        client.Break();

        // The event says how far the import got. Lines that had arrived may still create accounts after the connection broke.
        const string Ended =
            "SELECT details->>'created' FROM audit_events WHERE action = 'users.imported' AND details->>'ended' = 'interrupted' AND actor_id = $1";
        await UntilAsync(async () => await app.SqlAsync(Ended, admin.User.Id) is string);
        var created = long.Parse((string)(await app.SqlAsync(Ended, admin.User.Id))!, CultureInfo.InvariantCulture);
        Assert.InRange(created, answered.Count, 1_200);
        Assert.Equal(created, await app.SqlAsync("SELECT count(*) FROM users WHERE email LIKE 'broken%'"));
        Assert.Equal(
            created,
            await app.SqlAsync(
                "SELECT count(*) FROM users u JOIN audit_events e ON e.user_id = u.id AND e.action = 'user.imported' WHERE email LIKE 'broken%'"));
        Assert.Equal((long)answered.Count, await app.SqlAsync("SELECT count(*) FROM users WHERE id = ANY($1)", answered));
        Assert.DoesNotContain("Error:", app.Log[logged..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_lines_end_the_import_and_the_accounts_created_before_stay()
    {
        using var client = await OpenAsync();
        await client.SendAsync(Line("before-too-many@example.com"));
        var nothing = Enumerable.Repeat("0", 1_000).ToArray();
        for (var sent = 1; sent < UserImporter.MaxLines; sent += nothing.Length)
        {
            await client.SendAsync(nothing);
        }

        await client.EndAsync();
        var answers = await client.ReadToEndAsync();

        Assert.Equal(UserImporter.MaxLines, answers.Results.Count);
        Assert.Equal(
            ("payload_too_large", UserImporter.MaxLines + 1), (answers.Error.GetProperty("code").GetString(), answers.Error.GetProperty("line").GetInt32()));
        Assert.Contains("100000 lines", answers.Error.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM users WHERE email = 'before-too-many@example.com'"));
        Assert.Equal(
            "failure", await app.SqlAsync("SELECT outcome FROM audit_events WHERE action = 'users.imported' AND details->>'ended' = 'payload_too_large'"));
    }

    [Fact]
    public async Task Only_the_line_that_is_too_long_fails()
    {
        var padding = new string(' ', ImportLines.MaxLineLength);

        var answers = await (await app.AdminAsync()).Http.ImportAsync(
            Line("before-long@example.com"), Line("long@example.com") + padding, Line("after-long@example.com"));

        answers.ShouldTotal(3, 2, 1);
        answers.ShouldFail(2, "payload_too_large");
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM users WHERE email = 'long@example.com'"));
    }

    [Fact]
    public async Task A_body_with_too_large_a_length_is_refused_and_so_is_a_compressed_one()
    {
        var head =
            $"POST {Route} HTTP/1.1\nHost: x\nConnection: close\nAuthorization: Bearer {(await app.AdminAsync()).Tokens.AccessToken}\nContent-Type: "
                + "application/x-ndjson\n";

        var tooLarge = await RawHttp.SendAsync(app.BaseAddress, head + $"Content-Length: {UserImporter.MaxBodyLength + 1}\n\n");
        Assert.Equal(413, tooLarge.Status);
        Assert.Contains("128 MiB", tooLarge.Body, StringComparison.Ordinal);
        Assert.Equal(415, (await RawHttp.SendAsync(app.BaseAddress, head + "Content-Encoding: gzip\nContent-Length: 1\n\n", [1])).Status);
    }

    [Fact]
    public async Task Concurrent_imports_of_the_same_lines_create_each_account_once()
    {
        var admin = await app.AdminAsync();
        var lines = Lines("at-once", 3_000);
        var orders = new[] { lines, [.. lines.Reverse()], [.. lines.Skip(1_500), .. lines.Take(1_500)] };

        var answers = await Concurrently.RunAsync(orders.Length, index => admin.Http.ImportAsync(orders[index]));

        Assert.All(answers, answer => answer.ShouldTotal(lines.Length, answer.Created.Count(), lines.Length - answer.Created.Count()));
        var created = answers.SelectMany(answer => answer.Created).Select(line => line.GetProperty("id").GetGuid()).ToList();
        Assert.Equal(lines.Length, created.Distinct().Count());
        Assert.Equal(lines.Length, created.Count);
        Assert.Equal((long)lines.Length, await app.SqlAsync("SELECT count(*) FROM users WHERE id = ANY($1) AND email LIKE 'at-once%'", created));
    }

    /// <remarks>If another program inserts in a different order, it and the import wait for each other until PostgreSQL aborts one of them.</remarks>
    [Fact]
    public async Task A_deadlock_with_another_program_loses_no_line()
    {
        var admin = await app.AdminAsync();
        await using var source = NpgsqlDataSource.Create(app.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await using (var setting = new NpgsqlCommand("SET LOCAL deadlock_timeout = '1min'", connection, transaction))
        {
            // PostgreSQL aborts whoever looks for a deadlock first, which has to be the import.
            await setting.ExecuteNonQueryAsync(Cancel);
        }

        await InsertAsync("deadlock-b@example.com");

        var import = admin.Http.ImportAsync(Line("deadlock-b@example.com"), Line("deadlock-a@example.com"), Line("deadlock-c@example.com"));
        await UntilAsync(
            async () => await app.SqlAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%WITH ORDINALITY%'") is 1L);
        await InsertAsync("deadlock-a@example.com");
        await transaction.CommitAsync(Cancel);

        var answers = await import;
        answers.ShouldTotal(3, 1, 2);
        answers.ShouldFail(1, "email_taken", "email");
        answers.ShouldFail(2, "email_taken", "email");
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM users u JOIN audit_events e ON e.user_id = u.id WHERE email = 'deadlock-c@example.com'"));

        async Task InsertAsync(string email)
        {
            await using var command = new NpgsqlCommand(
                "INSERT INTO users (email, password_hash) VALUES ($1, '!')", connection, transaction)
            { Parameters = { new() { Value = email } } };
            await command.ExecuteNonQueryAsync(Cancel);
        }
    }

    [Fact]
    public async Task Losing_the_database_ends_the_import_and_names_the_first_line_without_a_result()
    {
        using var client = await OpenAsync();
        await client.SendAsync(Lines("lost", 500));
        for (var read = 0; read <= 500; read++)
        {
            await client.ReadAsync();
        }

        await app.Wire.CutAsync();
        try
        {
            await client.SendAsync(Lines("later", 600));
            await client.EndAsync();
            var answers = await client.ReadToEndAsync();

            Assert.Empty(answers.Results);
            Assert.Equal(("service_unavailable", 501), (answers.Error.GetProperty("code").GetString(), answers.Error.GetProperty("line").GetInt32()));
        }
        finally
        {
            app.Wire.Restore();
        }

        Assert.Equal(500L, await app.SqlAsync("SELECT count(*) FROM users WHERE email LIKE 'lost%'"));
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM users WHERE email LIKE 'later%'"));
        (await (await app.AdminAsync()).Http.ImportAsync(Lines("later", 600))).ShouldTotal(600, 600, 0);
    }

    [Fact]
    public async Task Without_a_database_from_the_start_the_response_is_503()
    {
        var admin = await app.AdminAsync();
        await app.Wire.CutAsync();
        try
        {
            var answer = await admin.Http.SendLinesAsync(Line("never@example.com"));
            await answer.ShouldBeProblemAsync(503, "service_unavailable");
            Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }
        finally
        {
            app.Wire.Restore();
        }
    }

    private static Task<TimeSpan> UntilAsync(Func<Task<bool>> condition) => Poll.UntilAsync(TimeSpan.FromSeconds(60), "the condition", condition);

    private async Task<ImportConnection> OpenAsync() => await ImportConnection.OpenAsync(app, (await app.AdminAsync()).Tokens);
}
