using System.Net;

namespace ActiveInas.Server.Models;

/// <summary>How a trained network is served.</summary>
/// <param name="Model">A run's folder or id, a labelling project, or a .safetensors file of this program. Of a run that goes on, each new network is taken when it is there.</param>
public sealed record ModelServerOptions(string Model)
{
    /// <summary>Row of the kernel table; null: the fastest by measurement.</summary>
    public string? Kernels { get; init; }

    /// <summary>Threads of the network; 0: one a core.</summary>
    public int Threads { get; init; }

    /// <summary>Where to listen: by default for programs of this machine alone.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port; 0: a free one. By default the one that Label Studio's examples use for such servers.</summary>
    public int Port { get; init; } = 9090;

    /// <summary>Names under which other machines know this one; it is refused under any other.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>The secret that requests carry; null: none, which only programs of this machine may do without.</summary>
    public string? Token { get; init; }

    /// <summary>Largest request in bytes.</summary>
    public long LargestBody { get; init; } = 32L << 20;

    /// <summary>Images that may wait at once; requests beyond are told to come again.</summary>
    public int Waiting { get; init; } = 2048;

    /// <summary>Folder whose files tasks of Label Studio may name (its local storage); null: none.</summary>
    public string? Files { get; init; }

    /// <summary>Address of the Label Studio from which images of its tasks may be fetched; null: none is fetched.</summary>
    public Uri? LabelStudio { get; init; }

    /// <summary>Access token of that Label Studio.</summary>
    public string? LabelStudioKey { get; init; }

    /// <summary>Refuses what is not safe or not possible.</summary>
    /// <exception cref="ConfigurationException">It is so.</exception>
    public void Validate()
    {
        Secrets.Require(Address, Token);
        Secrets.RequirePort(Port);
        if (Files is not null && !Directory.Exists(Files))
        {
            throw new ConfigurationException($"There is no folder '{Files}' with the files of tasks: give the folder that Label Studio's local storage names.");
        }

        if (LabelStudio is { } studio && (!studio.IsAbsoluteUri || studio.Scheme is not ("http" or "https")))
        {
            throw new ConfigurationException($"'{studio}' is no address of a Label Studio; wanted for example http://localhost:8080.");
        }

        if (LargestBody < 1024 || Waiting < 1)
        {
            throw new ConfigurationException($"Requests of at most {LargestBody} bytes and {Waiting} waiting images are too few; wanted at least 1024 and 1.");
        }
    }
}
