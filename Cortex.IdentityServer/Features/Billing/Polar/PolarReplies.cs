using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>Turns what Polar answers, or that it doesn't, into a <see cref="PolarAnswer{T}"/>, and keeps the log and the status.</summary>
internal sealed partial class PolarReplies(BillingOptions options, PolarStatus status, ILogger<PolarReplies> logger)
{
    /// <summary>Polar names the version in each answer that it gives under one. It rejects an unknown version before that.</summary>
    public const string VersionHeader = "Polar-Version";

    /// <summary>Polar's name of the error that there is nothing left to cancel.</summary>
    public const string AlreadyEnded = "AlreadyCanceledSubscription";

    private const int MaxReasonLength = 100;
    private const int MaxMessageLength = 500;

    /// <summary>Reads an answer whose content is in memory.</summary>
    public async Task<PolarAnswer<T>> ReadAsync<T>(
        PolarCall call, HttpResponseMessage response, Func<JsonElement, T?> read, CancellationToken cancellationToken)
        where T : class
    {
        var code = response.StatusCode;
        switch (code)
        {
            case >= HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout:
                return Unavailable<T>(call, PolarFailure.ServerError, code, PolarWaits.RetryAfter(response));
            case HttpStatusCode.TooManyRequests:
                return Unavailable<T>(call, PolarFailure.RateLimited, code, PolarWaits.RetryAfter(response));
            case HttpStatusCode.Unauthorized:
                return Unavailable<T>(call, PolarFailure.Unauthorized, code);
            case >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest:
                return Unavailable<T>(call, PolarFailure.Redirected, code);
        }

        using var json = await ParseAsync(response, cancellationToken);
        if (json?.RootElement is not { ValueKind: JsonValueKind.Object } body)
        {
            return Unavailable<T>(call, code == HttpStatusCode.Forbidden ? PolarFailure.Forbidden : PolarFailure.UnexpectedAnswer, code);
        }

        if (code == HttpStatusCode.Forbidden)
        {
            return body.Text("error") == AlreadyEnded ? Succeeded(call, Refused<T>(code, body)) : Unavailable<T>(call, PolarFailure.Forbidden, code);
        }

        if (response.IsSuccessStatusCode)
        {
            return read(body) is { } value ? Succeeded(call, new PolarAnswer<T>.Ok(value)) : Unavailable<T>(call, PolarFailure.UnexpectedAnswer, code);
        }

        return code == HttpStatusCode.NotFound ? NotFound<T>(call, response, body) : Succeeded(call, Refused<T>(code, body));
    }

    /// <summary>Explains why there is no answer.</summary>
    public PolarAnswer<T> Failed<T>(PolarCall call, Exception failure)
    {
        switch (failure)
        {
            case RateLimiterRejectedException limit:
                return new PolarAnswer<T>.Unavailable(PolarFailure.OwnLimit, limit.RetryAfter);
            case BrokenCircuitException broken:
                if (broken.InnerException is { } cause)
                {
                    // The circuit can open while every request still waits for its next attempt, and then none of them sees the cause.
                    Unavailable<T>(call, ReasonOf(cause), failure: cause);
                }

                return new PolarAnswer<T>.Unavailable(PolarFailure.CircuitOpen, PolarPipeline.BreakTime);
            default:
                return Unavailable<T>(call, ReasonOf(failure), failure: failure);
        }
    }

    private static string ReasonOf(Exception failure) => failure switch
    {
        _ when PolarPipeline.IsNotConnected(failure) => PolarFailure.Unreachable,
        TimeoutRejectedException => PolarFailure.Timeout,
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => PolarFailure.AnswerTooLarge,
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => PolarFailure.UnexpectedAnswer,
        _ => PolarFailure.IncompleteAnswer,
    };

    private static async Task<JsonDocument?> ParseAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// Tells a missing thing from a version that Polar doesn't know. Polar rejects a version with the framework's own answer, without a header that names a
    /// version and without the member <c>error</c>, which the answer about a missing thing has.
    /// </summary>
    private PolarAnswer<T> NotFound<T>(PolarCall call, HttpResponseMessage response, JsonElement body)
    {
        var isAboutThing = body.Text("error") is not null;
        if (call.CanBeAbsent && (isAboutThing || response.Headers.Contains(VersionHeader)))
        {
            return Succeeded(call, new PolarAnswer<T>.Absent());
        }

        if (isAboutThing)
        {
            return Succeeded(call, Refused<T>(HttpStatusCode.NotFound, body));
        }

        if (options.PolarApiVersion is not { } version)
        {
            return Unavailable<T>(call, PolarFailure.UnexpectedAnswer, HttpStatusCode.NotFound);
        }

        if (status.RecordFailure(call, PolarFailure.WrongVersion))
        {
            Log.WrongVersion(logger, options.PolarApiUrl, version);
        }

        return new PolarAnswer<T>.WrongVersion();
    }

    /// <summary>Reads <c>detail</c>: a text, or a list of errors with their locations.</summary>
    private static PolarAnswer<T>.Refused Refused<T>(HttpStatusCode code, JsonElement body)
    {
        var errors = body.Items("detail") is { } items
            ? items.Select(item => new PolarError([.. (item.Items("loc") ?? []).Select(part => part.ToString())], Message(item.Text("msg"))))
            : body.Text("detail") is { } text ? [new([], Message(text))] : [];
        return new((int)code, PrintableText.Of(body.Text("error") ?? "refused", MaxReasonLength), [.. errors]);
    }

    private static string Message(string? text) => PrintableText.Of(text ?? "", MaxMessageLength);

    private PolarAnswer<T> Succeeded<T>(PolarCall call, PolarAnswer<T> answer)
    {
        if (status.RecordSuccess(call))
        {
            Log.Recovered(logger, call.Name);
        }

        return answer;
    }

    private PolarAnswer<T>.Unavailable Unavailable<T>(
        PolarCall call, string reason, HttpStatusCode? code = null, TimeSpan? retryAfter = null, Exception? failure = null)
    {
        if (status.RecordFailure(call, reason))
        {
            switch (reason)
            {
                case PolarFailure.Redirected:
                    Log.Redirected(logger, options.PolarApiUrl, call.Name, (int?)code);
                    break;
                case PolarFailure.Unauthorized:
                    Log.Unauthorized(logger, options.PolarApiUrl);
                    break;
                case PolarFailure.Forbidden:
                    Log.Forbidden(logger, call.Name);
                    break;
                default:
                    // The message of an exception could quote what was sent or received.
                    Log.Failed(logger, call.Name, reason, code is { } answer ? $"status {(int)answer}" : failure?.GetType().Name);
                    break;
            }
        }

        return new(reason, retryAfter);
    }

    private static partial class Log
    {
        [LoggerMessage(4421, LogLevel.Warning, "Polar gives no usable answer to requests of type \"{Call}\": {Reason} ({Detail})")]
        public static partial void Failed(ILogger logger, string call, string reason, string? detail);

        [LoggerMessage(4422, LogLevel.Information, "Polar answers requests of type \"{Call}\" again")]
        public static partial void Recovered(ILogger logger, string call);

        [LoggerMessage(
            4423,
            LogLevel.Error,
            "Polar at {Url} doesn't know version {Version} of its API, so nothing that uses its API works. Set POLAR_API_VERSION to a version that "
                + "Polar offers, or to nothing for Polar's current one")]
        public static partial void WrongVersion(ILogger logger, Uri url, string version);

        [LoggerMessage(
            4424,
            LogLevel.Error,
            "Polar at {Url} redirects requests of type \"{Call}\" (status {Status}) to another address, to which the access token isn't sent. Check "
                + "POLAR_API_URL")]
        public static partial void Redirected(ILogger logger, Uri url, string call, int? status);

        [LoggerMessage(4425, LogLevel.Error, "Polar at {Url} doesn't accept the access token. Check POLAR_ACCESS_TOKEN and POLAR_API_URL")]
        public static partial void Unauthorized(ILogger logger, Uri url);

        [LoggerMessage(
            4426,
            LogLevel.Error,
            "Polar forbids requests of type \"{Call}\". Check the scopes of POLAR_ACCESS_TOKEN, and whether the organization may take payments")]
        public static partial void Forbidden(ILogger logger, string call);
    }
}
