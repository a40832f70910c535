using System.IO.Compression;
using System.Net.Http.Headers;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Checks the routes that send files compressed and with entity tags.</summary>
internal static class CompressedAnswers
{
    /// <summary>Sends a GET request with exactly this header.</summary>
    public static async Task<HttpResponseMessage> FetchWithAsync(this HttpClient http, string path, string header, string? value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (value is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Checks that a response has this encoding and the right length, and returns its content without the encoding.</summary>
    public static async Task<(byte[] Sent, MemoryStream Plain)> ShouldBeEncodedAsync(this HttpResponseMessage answer, string? encoding)
    {
        Assert.Equal(encoding is null ? [] : [encoding], answer.Content.Headers.ContentEncoding);
        Assert.Contains("Accept-Encoding", answer.Headers.Vary);
        var sent = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal(sent.Length, answer.Content.Headers.ContentLength);
        await using Stream decoder = encoding switch
        {
            "br" => new BrotliStream(new MemoryStream(sent), CompressionMode.Decompress),
            "gzip" => new GZipStream(new MemoryStream(sent), CompressionMode.Decompress),
            _ => new MemoryStream(sent),
        };
        var plain = new MemoryStream();
        await decoder.CopyToAsync(plain, TestContext.Current.CancellationToken);
        plain.Position = 0;
        return (sent, plain);
    }

    /// <summary>Checks that a client is told with 304 that its copy is current, however it names the copy's tag, and gets the content otherwise.</summary>
    public static async Task ShouldRevalidateAsync(this HttpClient http, string path, EntityTagHeaderValue tag, string cacheControl)
    {
        foreach (var (known, status) in new[]
        {
            (tag.ToString(), 304), ("W/" + tag, 304), ("\"x\", " + tag, 304), ("*", 304), ("\"x\"", 200), ("garbage", 200),
        })
        {
            using var answer = await http.FetchWithAsync(path, "If-None-Match", known);

            Assert.Equal((known, status), (known, (int)answer.StatusCode));
            Assert.Equal([cacheControl], answer.Headers.GetValues("Cache-Control"));
            Assert.Equal(tag, answer.Headers.ETag);
            Assert.Contains("Accept-Encoding", answer.Headers.Vary);
            Assert.Equal(status == 304, (await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length == 0);
        }
    }
}
