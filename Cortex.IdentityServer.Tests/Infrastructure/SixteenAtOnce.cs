namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Starts the same thing sixteen times at the same moment.</summary>
internal static class SixteenAtOnce
{
    public static async Task<T[]> RunAsync<T>(Func<int, Task<T>> action)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = Enumerable.Range(0, 16).Select(async index =>
        {
            await start.Task;
            return await action(index);
        }).ToArray();
        start.SetResult();
        return await Task.WhenAll(all);
    }
}
