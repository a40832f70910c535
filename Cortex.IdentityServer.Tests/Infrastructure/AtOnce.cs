using System.Net;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Starts the same thing many times at the same moment.</summary>
internal static class AtOnce
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

    /// <summary>The status of each answer.</summary>
    public static async Task<HttpStatusCode[]> StatusesAsync(int times, Func<int, Task<HttpResponseMessage>> send) =>
        [.. (await RunAsync(times, send)).Select(answer => answer.StatusCode)];
}
