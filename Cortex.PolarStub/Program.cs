using System.CommandLine;
using System.Globalization;

namespace Cortex.Polar;

/// <summary>Runs the stub for development.</summary>
internal static class Program
{
    private const int DefaultPort = 5099;
    private const string DefaultTarget = "http://localhost:5000/api/v1/billing/webhooks/polar";
    private const string DefaultEvent = "usage";

    private static Task<int> Main(string[] arguments)
    {
        var port = new Option<int>("--port") { Description = "The loopback port to listen on; 0 for a free one", DefaultValueFactory = _ => DefaultPort };
        var token = new Option<string>("--access-token")
        {
            Description = "The access token that the API accepts",
            DefaultValueFactory = _ => PolarStubOptions.DefaultAccessToken,
        };
        var secret = new Option<string>("--webhook-secret")
        {
            Description = "The secret that signs webhooks",
            DefaultValueFactory = _ => PolarStubOptions.DefaultWebhookSecret,
        };
        var target = new Option<Uri>("--webhook-target")
        {
            Description = "Where webhooks are sent",
            CustomParser = result => Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                ? url
                : Refuse(result, "must be an http or https URL"),
            DefaultValueFactory = _ => new(DefaultTarget),
        };
        var usage = new Option<string>("--usage-event")
        {
            Description = "The name of the usage events that the meters add up",
            DefaultValueFactory = _ => DefaultEvent,
        };
        var command = new RootCommand("A stub of Polar for development. No money moves, and everything is forgotten when it stops.")
        {
            port, token, secret, target, usage,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            new()
            {
                Port = result.GetRequiredValue(port),
                AccessToken = result.GetRequiredValue(token),
                WebhookSecret = result.GetRequiredValue(secret),
                WebhookTarget = result.GetRequiredValue(target),
                Meters =
                [
                    new(new("9c1f0a52-5a6e-4f0c-9d5b-0d0c6f3f0001"), "Requests", result.GetRequiredValue(usage), "requests"),
                    new(new("9c1f0a52-5a6e-4f0c-9d5b-0d0c6f3f0002"), "Tokens", result.GetRequiredValue(usage), "tokens_used"),
                    new(new("9c1f0a52-5a6e-4f0c-9d5b-0d0c6f3f0003"), "Cost in US dollars", result.GetRequiredValue(usage), "cost_usd"),
                ],
            },
            cancellationToken));
        return command.Parse(arguments).InvokeAsync();
    }

    private static async Task<int> RunAsync(PolarStubOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await using var stub = await PolarStub.StartAsync(options, cancellationToken);
            Console.WriteLine(Describe(stub));
            await stub.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        catch (IOException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }

    /// <summary>The settings with which to start the server.</summary>
    private static string Describe(PolarStub stub) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        A stub of Polar listens on {stub.Url}
        It sends webhooks to {stub.Webhooks.Target}

        Start the server with these settings:

          export POLAR_API_URL={stub.Url.GetLeftPart(UriPartial.Authority)}
          export POLAR_ACCESS_TOKEN={stub.Options.AccessToken}
          export POLAR_WEBHOOK_SECRET={stub.Options.WebhookSecret}
          export POLAR_PRODUCTS={string.Join(',', stub.Options.Products.Select(product => $"{product.Id}={product.Name.ToLowerInvariant()}"))}
          export POLAR_USAGE_EVENT={stub.Options.Meters[0].EventName}

        """);

    private static Uri? Refuse(System.CommandLine.Parsing.ArgumentResult result, string reason)
    {
        result.AddError($"--webhook-target {reason}");
        return null;
    }
}
