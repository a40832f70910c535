using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Logging;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Assigns each request an id for logs, problems, and <c>X-Request-Id</c>. A well-formed id from the client is kept.</summary>
internal static partial class RequestId
{
    private const string Header = "X-Request-Id";

    private static readonly ulong Process = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private static long _number;

    public static IApplicationBuilder UseRequestId(this IApplicationBuilder app)
    {
        var isLogged = app.ApplicationServices.GetRequiredService<LogOptions>().IsJson;
        return app.Use((context, next) =>
        {
            var requested = context.Request.Headers[Header];
            var id = requested is [{ } text] && WellFormed().IsMatch(text) ? text : Next();
            context.TraceIdentifier = id;
            WriteTo(context);
            if (isLogged)
            {
                // Kestrel forgets it after the request.
                CurrentRequest.Id = id;
            }

            return next(context);
        });
    }

    public static void WriteTo(HttpContext context) => context.Response.Headers[Header] = context.TraceIdentifier;

    /// <summary>Returns a unique ID, which isn't secret: a random number per process and a counter. This saves a system call per request.</summary>
    private static string Next() => string.Create(CultureInfo.InvariantCulture, $"{Process:x16}{Interlocked.Increment(ref _number):x16}");

    // This uses \z because $ would allow a trailing line feed.
    [GeneratedRegex(@"^[A-Za-z0-9._:-]{1,64}\z")]
    private static partial Regex WellFormed();
}
