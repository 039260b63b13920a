namespace ActiveInas.Compute.Tests.Contract;

/// <summary>Devices that serve many tests of one class: starting threads for every case would cost more than the cases.</summary>
public sealed class DeviceCache : IDisposable
{
    private readonly Dictionary<(string, int), IDevice> _devices = [];

    public IDevice Get(KernelRow row, int threads)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (!_devices.TryGetValue((row.Name, threads), out IDevice? device))
        {
            device = row.Create(threads);
            _devices.Add((row.Name, threads), device);
        }

        return device;
    }

    public void Dispose()
    {
        foreach (IDevice device in _devices.Values)
        {
            device.Dispose();
        }
    }
}
