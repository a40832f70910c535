using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Http;

/// <summary>Names each request in logs, problems and <c>X-Request-Id</c>; a caller's own name is kept when it is sane.</summary>
internal static partial class RequestId
{
    private const string Header = "X-Request-Id";

    public static IApplicationBuilder UseRequestId(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var wished = context.Request.Headers[Header];
        var id = wished is [{ } text] && Sane().IsMatch(text) ? text : Guid.NewGuid().ToString("N");
        context.TraceIdentifier = id;
        WriteTo(context);
        return next(context);
    });

    public static void WriteTo(HttpContext context) => context.Response.Headers[Header] = context.TraceIdentifier;

    // \z, as $ would let a line feed through.
    [GeneratedRegex(@"^[A-Za-z0-9._:-]{1,64}\z")]
    private static partial Regex Sane();
}
