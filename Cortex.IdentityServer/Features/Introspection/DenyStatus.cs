using System.Globalization;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>
/// Gives refusals a status that the proxy understands: some know only 401 and 403, and turn everything else into an error of their own. <c>deny_status=403</c>
/// turns 400 and 429 into 403; the body stays as it is, and <c>X-Auth-Status</c> has the original status.
/// </summary>
/// <remarks>Failures of the server (5xx) keep their status, because they say nothing about the caller.</remarks>
internal static class DenyStatus
{
    public const string Parameter = "deny_status";
    public const string Unauthorized = "401";
    public const string Forbidden = "403";

    private const string OriginalHeader = "X-Auth-Status";

    /// <summary>Must run before anything that may refuse the request. A value that isn't valid is left to the endpoint.</summary>
    public static void ApplyTo(HttpContext context)
    {
        if (context.Request.QueryString.HasValue && context.Request.Query[Parameter] is [Unauthorized or Forbidden] wanted)
        {
            var status = int.Parse(wanted.ToString(), CultureInfo.InvariantCulture);
            context.Response.OnStarting(() =>
            {
                Replace(context, status);
                return Task.CompletedTask;
            });
        }
    }

    /// <summary>Returns the refusal of an invalid value, or null.</summary>
    public static Refusal? Check(string? value) =>
        value is null or Unauthorized or Forbidden ? null : Refusal.Invalid(Parameter, $"must be {Unauthorized} or {Forbidden}");

    private static void Replace(HttpContext context, int status)
    {
        var response = context.Response;
        if (response.StatusCode is < 400 or >= 500 or StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
        {
            return;
        }

        response.Headers[OriginalHeader] = response.StatusCode.ToString(CultureInfo.InvariantCulture);
        response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = Challenges.For(context, Problems.Unauthenticated);
        }
    }
}
