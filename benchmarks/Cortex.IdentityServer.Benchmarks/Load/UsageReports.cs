namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>Reports usage in batches with <c>POST /usage</c>. The bodies are built beforehand.</summary>
internal static class UsageReports
{
    public static Task RunAsync(IConfiguration arguments)
    {
        var batches = UsageRow.Batches(arguments.Number("batches"));
        string[] bodies = [.. batches.Select(batch => $"[{string.Join(',', batch.Select(row => row.ToJson()))}]")];
        var expected = $$"""{"accepted":{{UsageRow.BatchSize}},"duplicates":0}""";
        var headers = $"X-API-Key: {arguments.Text("key")}\r\n";
        var (next, failed) = (-1, 0);
        var seconds = Clients.Run(arguments, (_, connection) =>
        {
            for (int index; (index = Interlocked.Increment(ref next)) < bodies.Length;)
            {
                if (connection.Send("POST", "/api/v1/usage", headers, bodies[index]) is not { Status: 202, Body: var body } || body != expected)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        });
        Settings.Print(("rate", (double)bodies.Length * UsageRow.BatchSize / seconds), ("failed", failed));
        return Task.CompletedTask;
    }
}
