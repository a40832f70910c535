namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>
/// Reads each answer into memory, up to a limit, as a part of sending the request: the attempt's timeout covers the whole answer, and one that breaks off
/// can be asked for again.
/// </summary>
internal sealed class AnswerBuffer(PolarLimiter limiter) : DelegatingHandler
{
    /// <summary>The largest answer, in bytes. Lists have 100 items of a few KiB each.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            if (response.StatusCode == System.Net.HttpStatusCode.TooManyRequests)
            {
                limiter.Pause(PolarWaits.RetryAfter(response));
            }

            await response.Content.LoadIntoBufferAsync(MaxBytes, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
