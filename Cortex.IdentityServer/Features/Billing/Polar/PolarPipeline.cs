using System.Net;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>
/// How a request is sent to Polar: when it is repeated, and how long all of that may take. It uses real time rather than the <see cref="TimeProvider"/>,
/// because it measures the network.
/// </summary>
internal static class PolarPipeline
{
    /// <summary>How long connecting may take.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    /// <summary>How long people don't wait for a Polar that has failed several times in a row.</summary>
    public static readonly TimeSpan BreakTime = TimeSpan.FromSeconds(15);

    private const int MaxRetries = 2;

    /// <summary>After this many requests of people without an answer within <see cref="BreakSampling"/>, further ones fail at once.</summary>
    private const int BreakThreshold = 4;

    private static readonly TimeSpan BreakSampling = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait that Polar can ask for before the next attempt. After a longer one, the caller has to come back.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(3);

    public static void Build(ResiliencePipelineBuilder<HttpResponseMessage> builder, PolarPriority priority, PolarLimiter limiter)
    {
        var (total, attempt) = priority == PolarPriority.People
            ? (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(6))
            : (TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10));
        builder.TimeProvider = TimeProvider.System;

        // Polly would log each attempt. Our own log has a line when Polar fails, and another one when it answers again.
        builder.TelemetryListener = null;
        builder
            .AddTimeout(total)
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = MaxRetries,
                Delay = RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = args => new(IsWorthRetrying(args.Outcome, PolarCall.Of(args.Context.GetRequestMessage()!), priority)),
                DelayGenerator = args => new(args.Outcome.Result is { } response ? PolarWaits.RetryAfter(response) : null),
            })
            .AddRateLimiter(new HttpRateLimiterStrategyOptions { RateLimiter = _ => limiter.AcquireAsync(priority) });
        if (priority == PolarPriority.People)
        {
            builder.AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
            {
                FailureRatio = 0.5,
                MinimumThroughput = BreakThreshold,
                SamplingDuration = BreakSampling,
                BreakDuration = BreakTime,

                // A status, even an error, comes quickly. People shouldn't wait for what doesn't come.
                ShouldHandle = args => new(args.Outcome.Exception is { } failure && (IsNotConnected(failure) || IsWithoutAnswer(failure))),
            });
        }

        builder.AddTimeout(attempt);
    }

    /// <summary>Whether no connection was made, so that Polar can't have received the request.</summary>
    public static bool IsNotConnected(Exception failure) => failure switch
    {
        HttpRequestException http => http.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError,

        // This is how SocketsHttpHandler reports its ConnectTimeout.
        OperationCanceledException => failure.InnerException is TimeoutException,
        _ => false,
    };

    /// <summary>Whether Polar may have received the request, but didn't answer completely.</summary>
    private static bool IsWithoutAnswer(Exception failure) => failure switch
    {
        HttpRequestException http => http.HttpRequestError != HttpRequestError.ConfigurationLimitExceeded,
        _ => failure is TimeoutRejectedException or IOException,
    };

    private static bool IsWorthRetrying(Outcome<HttpResponseMessage> outcome, PolarCall call, PolarPriority priority)
    {
        if (outcome.Exception is { } failure)
        {
            return IsNotConnected(failure) || (call.IsRepeatable && IsWithoutAnswer(failure));
        }

        return outcome.Result is { } response && !(PolarWaits.RetryAfter(response) > MaxWait) && response.StatusCode switch
        {
            // The limiter pauses background work.
            HttpStatusCode.TooManyRequests => priority == PolarPriority.People,
            HttpStatusCode.ServiceUnavailable => true,
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => call.IsRepeatable,
            _ => false,
        };
    }
}
