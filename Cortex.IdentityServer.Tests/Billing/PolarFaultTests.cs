using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Billing;

/// <remarks>The stub misbehaves when a test asks for it, once or as often as it says, and then behaves again.</remarks>
public sealed class PolarFaultTests
{
    private const string Ingest = "/v1/events/ingest";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Faults_apply_to_their_path_in_their_order()
    {
        await using var polar = await StartAsync();
        polar.Faults.Add(new PolarFault.RateLimited(TimeSpan.FromSeconds(7)), Ingest);
        polar.Faults.Add(new PolarFault.Status(500), Ingest, times: 2);
        polar.Faults.Add(new PolarFault.Redirect(), "/v1/customers/");
        using var http = Client(polar);

        using var limited = await SendAsync(http, "a");
        using var broken = await SendAsync(http, "a");
        using var redirected = await http.GetAsync("/v1/customers/", Ct);
        using var stillBroken = await SendAsync(http, "a");
        using var fine = await SendAsync(http, "a");

        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(7)), (limited.StatusCode, limited.Headers.RetryAfter!.Delta));
        Assert.Equal([HttpStatusCode.InternalServerError, HttpStatusCode.InternalServerError], [broken.StatusCode, stillBroken.StatusCode]);
        Assert.Equal((HttpStatusCode.TemporaryRedirect, "/v1/customers"), (redirected.StatusCode, redirected.Headers.Location!.AbsolutePath));
        Assert.Equal(HttpStatusCode.OK, fine.StatusCode);
        Assert.Single(polar.Usage.Accepted);
        Assert.Equal(4, polar.Usage.Seen["a"]);
        Assert.Equal([429, 500, 500, 200], polar.RequestsTo(Ingest).Select(request => request.Status));
        Assert.Equal(0, polar.Faults.Pending);
    }

    [Fact]
    public async Task A_lost_request_does_nothing_and_a_lost_answer_hides_what_was_done()
    {
        await using var polar = await StartAsync();
        using var http = Client(polar);

        polar.Faults.Add(new PolarFault.LostRequest());
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(http, "a"));
        Assert.Empty(polar.Usage.Accepted);
        polar.Faults.Add(new PolarFault.LostAnswer());
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(http, "a"));
        Assert.Single(polar.Usage.Accepted);
        polar.Faults.Add(new PolarFault.HalfAnswer());
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(http, "b"));
        Assert.Equal(["a", "b"], polar.Usage.Accepted.Select(accepted => accepted.ExternalId));
        using var answered = await SendAsync(http, "a");
        Assert.Equal("""{"inserted":0,"duplicates":1}""", await answered.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task A_refused_event_refuses_its_batch_until_all_are_accepted()
    {
        await using var polar = await StartAsync();
        polar.Usage.Refuse("b");
        using var http = Client(polar);

        using var refused = await SendAsync(http, "a", "b");
        using var accepted = await SendAsync(http, "a");
        polar.Usage.AcceptAll();
        using var acceptedAfterAll = await SendAsync(http, "b");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("""["body","events",1,""", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [accepted.StatusCode, acceptedAfterAll.StatusCode]);
    }

    [Fact]
    public async Task No_answer_and_an_endless_one_last_until_the_client_gives_up()
    {
        await using var polar = await StartAsync();
        polar.Faults.Add(new PolarFault.NoAnswer());
        polar.Faults.Add(new PolarFault.Endless());
        using var http = Client(polar);
        http.MaxResponseContentBufferSize = 1_000_000;
        http.Timeout = TimeSpan.FromMilliseconds(500);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SendAsync(http, "a"));
        http.Dispose();
        using var patient = Client(polar);
        patient.MaxResponseContentBufferSize = 1_000_000;
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(patient, "a"));
        using var answered = await SendAsync(patient, "a");
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    [Fact]
    public async Task Other_answers_are_large_slow_or_not_what_was_asked_for()
    {
        await using var polar = await StartAsync();
        polar.Faults.Add(new PolarFault.Oversized(3_000_000));
        polar.Faults.Add(new PolarFault.NotJson());
        polar.Faults.Add(new PolarFault.WrongJson("""{"inserted":"many"}"""));
        polar.Faults.Add(new PolarFault.UnknownVersion());
        polar.Faults.Add(new PolarFault.Status(503, "Service Unavailable"));
        polar.Faults.Add(new PolarFault.Slow(TimeSpan.FromMilliseconds(200)));
        using var http = Client(polar);

        var answers = new List<(HttpStatusCode Status, string Body)>();
        for (var request = 0; request < 6; request++)
        {
            using var response = await SendAsync(http, "a");
            answers.Add((response.StatusCode, await response.Content.ReadAsStringAsync(Ct)));
        }

        Assert.Equal((HttpStatusCode.OK, 3_000_000), (answers[0].Status, answers[0].Body.Length));
        Assert.StartsWith("<!doctype html>", answers[1].Body, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, """{"inserted":"many"}"""), answers[2]);
        Assert.Equal((HttpStatusCode.NotFound, """{"detail":"Not Found"}"""), answers[3]);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Service Unavailable"), answers[4]);
        Assert.Equal((HttpStatusCode.OK, """{"inserted":1,"duplicates":0}"""), answers[5]);
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_requests_without_an_answer()
    {
        var polar = await StartAsync();
        polar.Faults.Add(new PolarFault.NoAnswer());
        using var http = Client(polar);
        var hanging = SendAsync(http, "a");
        await Infrastructure.Poll.UntilAsync(TimeSpan.FromSeconds(30), "the request arrived", () => Task.FromResult(polar.Requests.Count == 1));

        await polar.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(15), Ct);

        await Assert.ThrowsAsync<HttpRequestException>(() => hanging);
    }

    private static Task<PolarStub> StartAsync() => PolarStub.StartAsync(cancellationToken: Ct);

    private static HttpClient Client(PolarStub polar)
    {
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = polar.Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", polar.Options.AccessToken);
        return http;
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient http, params string[] ids)
    {
        var events = string.Join(',', ids.Select(Event));
        return http.PostAsync(Ingest, new StringContent($$"""{"events":[{{events}}]}""", Encoding.UTF8, "application/json"), Ct);
    }

    private static string Event(string id) =>
        $$$"""{"name":"usage","external_customer_id":"user","external_id":"{{{id}}}","metadata":{"tokens":1}}""";
}
