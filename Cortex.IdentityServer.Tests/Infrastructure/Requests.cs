namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Sends requests and reads text with the test's own cancellation token.</summary>
internal static class Requests
{
    public static Task<HttpResponseMessage> FetchAsync(this HttpClient http, string path) => http.GetAsync(path, TestContext.Current.CancellationToken);

    public static Task<HttpResponseMessage> RemoveAsync(this HttpClient http, string path) => http.DeleteAsync(path, TestContext.Current.CancellationToken);

    public static Task<HttpResponseMessage> PostNothingAsync(this HttpClient http, string path) =>
        http.PostAsync(path, content: null, TestContext.Current.CancellationToken);

    public static Task<HttpResponseMessage> PostFormAsync(this HttpClient http, string path, params (string Name, string Value)[] fields) => http.PostAsync(
        path,
        new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        TestContext.Current.CancellationToken);

    /// <summary>Sends a request with header values that <see cref="HttpClient"/> would refuse to send.</summary>
    public static Task<RawResponse> FetchRawAsync(this CortexApp app, string path, params string[] headers) =>
        RawHttp.SendAsync(
            app.BaseAddress, string.Join("\r\n", [$"GET {path} HTTP/1.1", $"Host: {app.BaseAddress.Authority}", "Connection: close", .. headers, "", ""]));

    public static Task<string> TextAsync(this HttpResponseMessage response) => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}
