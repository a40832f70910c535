using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;

namespace Cortex.Polar.Http;

/// <summary>Answers requests in the order of Polar's layers: the version first, then the rate limit, the token, the path, and the work.</summary>
internal sealed class PolarServer(PolarStubOptions options, PolarOrganization organization, PolarFaults faults, PolarRoutes routes)
{
    private const string VersionHeader = "Polar-Version";
    private const string Challenge = "Bearer realm=\"polar\"";
    private const string InvalidToken = "The access token provided is expired, revoked, malformed, or invalid for other reasons.";

    private readonly PolarLimiter _limiter = new(options);
    private readonly List<PolarRequest> _requests = [];

    public IReadOnlyList<PolarRequest> Requests => organization.Change(() => _requests.ToList());

    public void ForgetRequests() => organization.Change(() =>
    {
        _requests.Clear();
        return 0;
    });

    public async Task AnswerAsync(HttpContext context)
    {
        // The path as it was sent: an external id may contain an encoded slash.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.Split('?')[0];
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var request = new PolarRequest(
            context.Request.Method,
            path,
            context.Request.QueryString.Value ?? "",
            context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal),
            await reader.ReadToEndAsync(context.RequestAborted),
            options.Clock.GetUtcNow());
        if (path.StartsWith("/v1", StringComparison.Ordinal))
        {
            organization.Change(() =>
            {
                _requests.Add(request);
                return 0;
            });
            request.Fault = faults.Take(path);
            if (path == "/v1/events/ingest")
            {
                Api.EventApi.Notice(request, organization.Usage);
            }
        }

        var answer = request.Fault is null or PolarFault.Slow or PolarFault.LostAnswer or PolarFault.HalfAnswer
            ? new Lazy<PolarAnswer>(() => Answer(request, context.Request))
            : null;
        request.Status = await PolarWriter.WriteAsync(context, request, answer);
    }

    private PolarAnswer Answer(PolarRequest request, HttpRequest http)
    {
        var isApi = request.Path.StartsWith("/v1", StringComparison.Ordinal);
        if (!isApi)
        {
            return Work(request, http, isAuthenticated: false);
        }

        var version = request.Headers.GetValueOrDefault(VersionHeader.ToLowerInvariant()) is { Length: > 0 } named ? named : options.CurrentVersion;
        if (!options.Versions.Contains(version))
        {
            return PolarAnswer.Framework(404, "Not Found");
        }

        var answer = _limiter.Take() is { } wait ? TooMany(wait) : Authenticate(request, out var refusal) is { } known ? Work(request, http, known) : refusal;
        return answer with { Headers = new Dictionary<string, string>(answer.Headers) { [VersionHeader] = version } };
    }

    internal static PolarAnswer TooMany(TimeSpan wait) => PolarAnswer.Empty(429) with
    {
        Headers = new Dictionary<string, string> { ["Retry-After"] = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture) },
    };

    /// <summary>A wrong token is refused at once, but a missing one only by a route that needs it.</summary>
    private bool? Authenticate(PolarRequest request, [NotNull] out PolarAnswer? refusal)
    {
        refusal = PolarAnswer.Json(401, new JsonObject { ["error"] = "invalid_token", ["error_description"] = InvalidToken }) with
        {
            Headers = new Dictionary<string, string>
            {
                ["WWW-Authenticate"] = $"Bearer error=\"invalid_token\", error_description=\"{InvalidToken}\", realm=\"polar\"",
                ["Cache-Control"] = "no-store",
                ["Pragma"] = "no-cache",
            },
        };
        var words = (request.Headers.GetValueOrDefault("authorization") ?? "").Split(' ', 2);
        if (words is not [var scheme, { Length: > 0 } token] || !scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(options.AccessToken)) ? true : null;
    }

    private PolarAnswer Work(PolarRequest request, HttpRequest http, bool isAuthenticated) => routes.Find(request.Method, request.Path) switch
    {
        PolarMatch.Found { IsPage: false } when !isAuthenticated =>
            PolarAnswer.Error(401, "Unauthorized", "Unauthorized") with { Headers = new Dictionary<string, string> { ["WWW-Authenticate"] = Challenge } },
        PolarMatch.Found found => found.Handle(new(request, found.Values, http.Query)),
        PolarMatch.Elsewhere elsewhere => PolarAnswer.RedirectTo(307, $"{http.Scheme}://{http.Host}{elsewhere.Path}{request.Query}"),
        PolarMatch.WrongMethod => PolarAnswer.Framework(405, "Method Not Allowed"),
        _ => PolarAnswer.Framework(404, "Not Found"),
    };
}
