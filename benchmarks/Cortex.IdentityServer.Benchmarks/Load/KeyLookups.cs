namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>Presents each API key once, so that a server that has not cached them queries the database for each.</summary>
internal static class KeyLookups
{
    public static Task RunAsync(IConfiguration arguments)
    {
        var keys = Clients.Known(arguments, "keys");
        var (next, failed) = (-1, 0);
        var seconds = Clients.Run(arguments, (_, connection) =>
        {
            for (int index; (index = Interlocked.Increment(ref next)) < keys.Length;)
            {
                if (connection.Send("GET", "/api/v1/auth/verify", $"X-API-Key: {keys[index]}\r\n").Status != 204)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        });
        Settings.Print(("rate", keys.Length / seconds), ("failed", failed));
        return Task.CompletedTask;
    }
}
