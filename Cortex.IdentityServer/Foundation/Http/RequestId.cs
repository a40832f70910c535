using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Names each request in logs, problems and <c>X-Request-Id</c>; a caller's own name is kept when it is sane.</summary>
internal static partial class RequestId
{
    private const string Header = "X-Request-Id";

    private static readonly ulong Process = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private static long _number;

    public static IApplicationBuilder UseRequestId(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var wished = context.Request.Headers[Header];
        var id = wished is [{ } text] && Sane().IsMatch(text) ? text : Next();
        context.TraceIdentifier = id;
        WriteTo(context);
        return next(context);
    });

    public static void WriteTo(HttpContext context) => context.Response.Headers[Header] = context.TraceIdentifier;

    /// <summary>Unique and no secret: the process' own random half and a number, as randomness for each request would cost a system call.</summary>
    private static string Next() => string.Create(CultureInfo.InvariantCulture, $"{Process:x16}{Interlocked.Increment(ref _number):x16}");

    // \z, as $ would let a line feed through.
    [GeneratedRegex(@"^[A-Za-z0-9._:-]{1,64}\z")]
    private static partial Regex Sane();
}
