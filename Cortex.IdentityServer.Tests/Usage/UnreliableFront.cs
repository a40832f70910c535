using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>Forwards reports of usage to a server, after its first requests have failed in different ways.</summary>
internal sealed class UnreliableFront : IAsyncDisposable
{
    private readonly WebApplication _front;
    private readonly HttpClient _server;
    private readonly ConcurrentQueue<Func<HttpContext, byte[], Task>> _failures;
    private readonly ConcurrentQueue<int> _statuses = new();

    private UnreliableFront(Uri server)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        _front = builder.Build();
        _front.Run(HandleAsync);
        _server = new() { BaseAddress = server };
        _failures = new([LoseResponseAsync, RefuseAsync(HttpStatusCode.ServiceUnavailable), LoseRequestAsync, RefuseAsync(HttpStatusCode.TooManyRequests)]);
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>The statuses of the forwarded requests, whether or not the client got them.</summary>
    public IReadOnlyCollection<int> Statuses => [.. _statuses];

    /// <summary>Whether all failures have happened.</summary>
    public bool IsReliable => _failures.IsEmpty;

    public static async Task<UnreliableFront> StartAsync(Uri server)
    {
        var front = new UnreliableFront(server);
        await front._front.StartAsync(TestContext.Current.CancellationToken);
        front.Address = new(front._front.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return front;
    }

    public async ValueTask DisposeAsync()
    {
        await _front.DisposeAsync();
        _server.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (_failures.TryDequeue(out var fail))
        {
            await fail(context, body.ToArray());
            return;
        }

        using var answer = await ForwardAsync(context, body.ToArray());
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType!.ToString();
        await answer.Content.CopyToAsync(context.Response.Body);
    }

    private async Task LoseResponseAsync(HttpContext context, byte[] body)
    {
        using var answer = await ForwardAsync(context, body);
        context.Abort();
    }

    private static Task LoseRequestAsync(HttpContext context, byte[] body)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    private static Func<HttpContext, byte[], Task> RefuseAsync(HttpStatusCode status) => (context, _) =>
    {
        context.Response.StatusCode = (int)status;
        context.Response.Headers.RetryAfter = "1";
        return Task.CompletedTask;
    };

    private async Task<HttpResponseMessage> ForwardAsync(HttpContext context, byte[] body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), context.Request.Path.Value) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(context.Request.ContentType!);
        request.Headers.Add("X-API-Key", context.Request.Headers["X-API-Key"].ToString());
        var answer = await _server.SendAsync(request);
        _statuses.Enqueue((int)answer.StatusCode);
        return answer;
    }
}
