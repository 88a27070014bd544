import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import java.lang.reflect.Field;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * DynamoDB Local with its own command line, but on loopback only, where stock listens on all interfaces; it ends with
 * the process that started it, also when that was killed. With {@code -Dport=0} the system chooses the port. Prints it.
 */
public class LoopbackDynamoDB {
    /** LocalStack starts it with an agent of its own, which has nothing to do here. */
    public static void premain(String argument) {}

    /** A dead parent that nobody has asked after still exists, but is no longer ours. */
    private static void endWithParent() {
        long parent = parent();
        try {
            while (parent() == parent) {
                Thread.sleep(500);
            }
        } catch (InterruptedException end) {
            return;
        }
        Runtime.getRuntime().halt(0);
    }

    private static long parent() {
        return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
    }

    public static void main(String[] arguments) throws Exception {
        Thread watch = new Thread(LoopbackDynamoDB::endWithParent);
        watch.setDaemon(true);
        watch.start();
        DynamoDBProxyServer proxy = ServerRunner.createServerFromCommandLineArgs(arguments);
        Field field = DynamoDBProxyServer.class.getDeclaredField("server");
        field.setAccessible(true);
        Connector[] connectors = ((Server) field.get(proxy)).getConnectors();
        for (Connector each : connectors) {
            ServerConnector connector = (ServerConnector) each;
            connector.setHost("127.0.0.1");
            connector.setPort(Integer.getInteger("port", connector.getPort()));
        }
        proxy.start();
        System.out.println("listening on port " + ((ServerConnector) connectors[0]).getLocalPort());
        proxy.join();
    }
}
