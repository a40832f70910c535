using System.Net;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Runs an action many times concurrently.</summary>
internal static class Concurrently
{
    public static async Task<T[]> RunAsync<T>(int times, Func<int, Task<T>> action)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = Enumerable.Range(0, times).Select(async index =>
        {
            await start.Task;
            return await action(index);
        }).ToArray();
        start.SetResult();
        return await Task.WhenAll(all);
    }

    /// <summary>Sends a request many times concurrently and returns the status of each response.</summary>
    public static async Task<HttpStatusCode[]> StatusesAsync(int times, Func<int, Task<HttpResponseMessage>> send) =>
        [.. (await RunAsync(times, send)).Select(answer => answer.StatusCode)];
}
