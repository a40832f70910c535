import createQueryClient from 'openapi-react-query';
import { api } from './api';

export { api, type Schema, send } from './api';

/** The client as hooks of React Query: `query.useQuery('get', '/api/v1/auth/me')`. The pages before the login don't use it, and don't load it. */
export const query = createQueryClient(api);
