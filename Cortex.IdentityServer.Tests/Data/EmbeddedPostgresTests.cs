using System.Diagnostics;
using System.Globalization;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data;

public sealed class EmbeddedPostgresTests : IDisposable
{
    // The path is short, because a socket has to fit below it, and accessible, because root runs PostgreSQL as another account.
    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string DataDirectory => Path.Combine(_folder, "pg");

    public EmbeddedPostgresTests() => SetMode(UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Data_survives_a_restart()
    {
        await using (var first = await StartAsync())
        {
            Assert.Equal("äéσ", await ScalarAsync(first, "CREATE TABLE kept AS SELECT lower('ÄÉΣ') AS word; SELECT word FROM kept"));
        }

        Assert.Empty(Directory.EnumerateDirectories(_folder, "*.new-*"));
        await using var second = await StartAsync();
        Assert.Equal("äéσ", await ScalarAsync(second, "SELECT word FROM kept"));
    }

    [Fact]
    public async Task A_second_owner_is_refused_and_a_fresh_start_is_empty()
    {
        await using (var first = await StartAsync())
        {
            await ScalarAsync(first, "CREATE TABLE gone ()");
            var refusal = await Assert.ThrowsAsync<EmbeddedPostgresInUseException>(() => StartAsync());
            Assert.Contains("Another server or command is using", refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refusal.Message);
            Assert.Equal(1, await ScalarAsync(first, "SELECT 1"));
        }

        await using var second = await StartAsync(fresh: true);
        Assert.Equal(DBNull.Value, await ScalarAsync(second, "SELECT to_regclass('gone')::text"));
    }

    [Fact]
    public async Task An_orphaned_server_is_taken_over()
    {
        await (await StartAsync()).DisposeAsync();
        var account = await PostgresAccount.FindAsync(Ct);
        var binaries = await PostgresBinaries.FindAsync(wanted: null, Ct);
        var orphan = new PostgresServer(account, binaries[0], DataDirectory, Options());
        await orphan.StartAsync(Ct); // It holds no lock, as after kill -9.
        var running = Postmaster.FindRunning(DataDirectory);

        await using (var second = await StartAsync())
        {
            Assert.Equal(running?.Pid, Postmaster.FindRunning(DataDirectory)?.Pid);
            Assert.Equal(1, await ScalarAsync(second, "SELECT 1"));
        }

        Assert.NotNull(running);
        Assert.Null(Postmaster.FindRunning(DataDirectory));

        // It is less durable than configured, so it is restarted.
        await orphan.StartAsync(Ct);
        await using var durable = await EmbeddedPostgres.StartAsync(Options() with { Durable = true }, NullLogger.Instance, Ct);
        Assert.Equal("on", await ScalarAsync(durable, "SHOW fsync"));
    }

    [Fact]
    public async Task A_killed_postmaster_and_a_reused_process_ID_do_not_prevent_a_start()
    {
        var pidFile = Path.Combine(DataDirectory, "postmaster.pid");

        // It belongs to PostgreSQL's account: PostgreSQL ignores other accounts' processes.
        var account = await PostgresAccount.FindAsync(Ct);
        string[] sleep = [.. account.Prefix, "sleep", "60"];
        using var other = Process.Start(sleep[0], sleep[1..]);
        var living = other.Id.ToString(CultureInfo.InvariantCulture);
        await using (var first = await StartAsync())
        {
            await ScalarAsync(first, "SET synchronous_commit = on; CREATE TABLE kept ()");
            using var postmaster = Process.GetProcessById(
                int.Parse(File.ReadLines(pidFile).First(), CultureInfo.InvariantCulture));
            postmaster.Kill();
            await postmaster.WaitForExitAsync(Ct);
        }

        string[] files = [pidFile, .. Directory.GetFiles(DataDirectory, ".s.PGSQL.*.lock")];
        Assert.Equal(2, files.Length);
        foreach (var file in files)
        {
            var lines = await File.ReadAllLinesAsync(file, Ct);
            lines[0] = living;
            await File.WriteAllLinesAsync(file, lines, Ct);
        }

        await using var second = await StartAsync();
        Assert.Equal("kept", await ScalarAsync(second, "SELECT to_regclass('kept')::text"));
        Assert.False(other.HasExited);
        other.Kill();
    }

    [Fact]
    public async Task A_folder_that_only_the_server_can_enter_works()
    {
        SetMode(UnixFileMode.None);
        await using (var first = await StartAsync())
        {
            await ScalarAsync(first, "CREATE TABLE kept ()");
        }

        await using (var second = await StartAsync())
        {
            Assert.Equal("kept", await ScalarAsync(second, "SELECT to_regclass('kept')::text"));
        }

        // Only root needs another folder, and it leaves none behind.
        var place = new DirectoryInfo(DataDirectory).LinkTarget;
        Assert.Equal(!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess, place is not null);
        await (await StartAsync(fresh: true)).DisposeAsync();
        Assert.False(Directory.Exists(place ?? DataDirectory));
    }

    [Fact]
    public async Task A_canceled_start_leaves_no_server_running()
    {
        foreach (var delay in (int[])[100, 500, 800])
        {
            using var stop = new CancellationTokenSource(delay);
            try
            {
                await using var started = await EmbeddedPostgres.StartAsync(Options(), NullLogger.Instance, stop.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.True(stop.IsCancellationRequested);
            }

            Assert.False(File.Exists(Path.Combine(DataDirectory, "postmaster.pid")));
            Assert.Empty(Directory.EnumerateDirectories(_folder, "*.new-*"));
        }
    }

    [Fact]
    public async Task A_folder_without_binaries_is_reported_in_one_line()
    {
        var options = Options() with { BinDirectory = _folder };

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.StartAsync(options, NullLogger.Instance, Ct));

        Assert.StartsWith("POSTGRES_BIN", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public async Task A_cluster_of_another_version_and_a_folder_with_other_files_are_left_alone()
    {
        Directory.CreateDirectory(DataDirectory);
        await File.WriteAllTextAsync(Path.Combine(DataDirectory, "PG_VERSION"), "9\n", Ct);
        var version = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync());
        Assert.Contains("created by PostgreSQL 9,", version.Message, StringComparison.Ordinal);

        File.Move(Path.Combine(DataDirectory, "PG_VERSION"), Path.Combine(DataDirectory, "diary"));
        var other = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync());
        Assert.Contains("isn't empty and isn't a PostgreSQL cluster", other.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(DataDirectory, "diary")));
    }

    private EmbeddedPostgresOptions Options(bool fresh = false) => new() { DataDirectory = DataDirectory, Durable = false, Fresh = fresh };

    private Task<EmbeddedPostgres> StartAsync(bool fresh = false) => EmbeddedPostgres.StartAsync(Options(fresh), NullLogger.Instance, Ct);

    private void SetMode(UnixFileMode others)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | others);
        }
    }

    private static async Task<object?> ScalarAsync(EmbeddedPostgres postgres, string sql)
    {
        var builder = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Pooling = false };
        await using var source = NpgsqlDataSource.Create(builder);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Ct);
    }
}
