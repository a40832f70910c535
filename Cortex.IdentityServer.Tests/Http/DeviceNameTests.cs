using System.Diagnostics;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>The names of devices in lists of sessions and events.</summary>
public sealed class DeviceNameTests
{
    private const string Blink = "AppleWebKit/537.36 (KHTML, like Gecko)";
    private const string WebKit = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
    private const string Windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
    private const string Mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
    private const string Linux = "Mozilla/5.0 (X11; Linux x86_64)";
    private const string Phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X)";
    private const string Tablet = "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X)";
    private const string Android = "Mozilla/5.0 (Linux; Android 10; K)";

    [Theory]
    [InlineData($"{Windows} {Blink} Chrome/142.0.0.0 Safari/537.36", "Chrome on Windows")]
    [InlineData($"{Mac} {Blink} Chrome/142.0.0.0 Safari/537.36", "Chrome on macOS")]
    [InlineData($"{Linux} {Blink} Chrome/142.0.0.0 Safari/537.36", "Chrome on Linux")]
    [InlineData($"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {Blink} Chrome/142.0.0.0 Safari/537.36", "Chrome on ChromeOS")]
    [InlineData($"{Android} {Blink} Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome on Android")]
    [InlineData($"{Phone} {WebKit} CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1", "Chrome on iPhone")]
    [InlineData($"{Windows} {Blink} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge on Windows")]
    [InlineData($"{Android} {Blink} Chrome/142.0.0.0 Mobile Safari/537.36 EdgA/142.0.0.0", "Edge on Android")]
    [InlineData($"{Phone} {WebKit} Version/18.0 EdgiOS/142.0.3595.66 Mobile/15E148 Safari/604.1", "Edge on iPhone")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Windows")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on macOS")]
    [InlineData("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux")]
    [InlineData("Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", "Firefox on Android")]
    [InlineData($"{Phone} {WebKit} FxiOS/145.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPhone")]
    [InlineData($"{Mac} {WebKit} Version/18.6 Safari/605.1.15", "Safari on macOS")]
    [InlineData($"{Phone} {WebKit} Version/18.6 Mobile/15E148 Safari/604.1", "Safari on iPhone")]
    [InlineData($"{Tablet} {WebKit} Version/18.6 Mobile/15E148 Safari/604.1", "Safari on iPad")]
    [InlineData($"{Android} {Blink} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet on Android")]
    [InlineData($"{Windows} {Blink} Chrome/141.0.0.0 Safari/537.36 OPR/124.0.0.0", "Opera on Windows")]
    [InlineData($"{Phone} {WebKit} Version/18.6 Mobile/15E148 Safari/604.1 OPT/6.1.1", "Opera on iPhone")]
    [InlineData($"{Linux} {Blink} Chrome/142.0.0.0 Safari/537.36 Vivaldi/7.6.3797.63", "Vivaldi on Linux")]
    [InlineData($"{Windows} {Blink} Chrome/140.0.0.0 YaBrowser/25.10.0.0 Safari/537.36", "Yandex Browser on Windows")]
    [InlineData($"{Phone} {WebKit} Version/18.6 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15", "DuckDuckGo on iPhone")]
    [InlineData($"{Phone} {WebKit} GSA/390.0.0 Mobile/15E148 Safari/604.1", "Google app on iPhone")]
    [InlineData($"Mozilla/5.0 (Linux; Android 15; Pixel 9; wv) {Blink} Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome on Android")]
    [InlineData("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot")]
    [InlineData($"{Android} {Blink} Chrome/142.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1)", "Googlebot")]
    [InlineData($"Mozilla/5.0 {Blink}; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.0.0 Safari/537.36", "Bingbot")]
    [InlineData("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "Bot")]
    [InlineData("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", "Bot")]
    [InlineData($"{Linux} {Blink} HeadlessChrome/142.0.0.0 Safari/537.36", "Headless Chrome")]
    [InlineData("curl/8.14.1", "curl")]
    [InlineData("Wget/1.25.0", "Wget")]
    [InlineData("HTTPie/3.2.4", "HTTPie")]
    [InlineData("PostmanRuntime/7.49.1", "Postman")]
    [InlineData("insomnia/12.0.0", "Insomnia")]
    [InlineData("python-requests/2.32.5", "Python program")]
    [InlineData("python-httpx/0.28.1", "Python program")]
    [InlineData("Python/3.13 aiohttp/3.13.2", "Python program")]
    [InlineData("Go-http-client/1.1", "Go program")]
    [InlineData("okhttp/4.12.0", "Android app")]
    [InlineData("Dalvik/2.1.0 (Linux; U; Android 15; Pixel 9 Build/AP3A)", "Android app")]
    [InlineData($"Mozilla/5.0 (Linux; Android 13; CUBOT P80) {Blink} Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome on Android")]
    [InlineData("MyApp/1 CFNetwork/3826.500.131 Darwin/24.5.0", "App on an Apple device")]
    [InlineData("Java-http-client/21.0.5", "Java program")]
    [InlineData("Apache-HttpClient/4.5.14 (Java/17.0.9)", "Java program")]
    [InlineData("Dart/3.9 (dart:io)", "Dart program")]
    [InlineData("node", "Node.js program")]
    [InlineData("axios/1.13.2", "Node.js program")]
    [InlineData("GuzzleHttp/7", "PHP program")]
    [InlineData("Ruby", "Ruby program")]
    [InlineData("Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.26100.6899", "PowerShell on Windows")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0) Acme/1.0", "Unknown app on Windows")]
    [InlineData("command line", "Command line")]
    public void A_known_program_is_named(string userAgent, string name) => Assert.Equal(name, DeviceName.Of(userAgent));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("Mozilla/5.0")]
    [InlineData("x")]
    [InlineData("JavaScript nodes, knowledge, and curly chromed Darts")]
    [InlineData("Your account is locked, go to http://evil.example")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\0\r\n\t\u001b[31m\u202e")]
    [InlineData("\ud800\udfff\ud83d")]
    [InlineData("?? key")]
    public void Anything_else_has_no_name(string? userAgent) => Assert.Null(DeviceName.Of(userAgent));

    /// <remarks>A client chooses its user agent, and must not choose what people read.</remarks>
    [Fact]
    public void No_text_of_the_client_is_shown() =>
        Assert.Equal("Chrome on Windows", DeviceName.Of("evil\r\n<b>(Windows NT 10.0) Chrome/1<script> http://evil.example"));

    [Theory]
    [InlineData("u")]
    [InlineData("Edg")]
    [InlineData("Mozilla/5.0 (Javax; nodex) ")]
    public void A_long_text_is_read_quickly(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 8192 / part.Length));
        var started = Stopwatch.GetTimestamp();
        for (var time = 0; time < 100; time++)
        {
            Assert.Null(DeviceName.Of(text));
        }

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1));
    }
}
